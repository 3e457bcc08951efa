import {
  type AccuracyRow,
  mergeRows,
  rowsByCheckpoint,
  withDefaultProtocols,
} from "../../evaluation/results/accuracy-row.ts";
import { InputError } from "../../foundation/errors.ts";
import { closestKeys, type EvaluationKey, evaluationKey } from "../../foundation/evaluation-key.ts";
import { createNoteCollector, type Note, type NoteCollector, type NoteSubject } from "../../foundation/notes.ts";
import type { Baseline } from "./baseline.ts";
import { relativeRobustness } from "./relative-robustness.ts";
import { IMAGENET_AXES, idSideOf, mainSide } from "./study-axes.ts";

const idBenchmark = mainSide(IMAGENET_AXES); // the benchmark of published models

/** A checkpoint compared with the baseline's model that is nearest in ImageNet accuracy. Fractions of 1. */
export interface NearestRow extends EvaluationKey {
  readonly baseline: string;
  readonly model: string;
  /** id of the metric of both accuracies */
  readonly metric: string;
  readonly accuracy: number;
  readonly modelAccuracy: number;
  /** the checkpoint's accuracy minus the model's */
  readonly difference: number;
  /**
   * 95 % interval for independent fractions (Newcombe 1998, method 10), because it is not published which images the
   * model got right. Too wide if both saw the same images; null if a number of images is not known
   */
  readonly low: number | null;
  readonly high: number | null;
  readonly n: number | null;
  readonly expectedN: number | null;
  /** images behind the published accuracy; null: not known */
  readonly modelN: number | null;
}

export interface NearestComparison {
  readonly rows: readonly NearestRow[];
  readonly notes: readonly Note[];
}

/**
 * Compares a checkpoint with the model of a baseline that is nearest in all-class ImageNet accuracy, so that
 * differences under a shift are not due to the accuracy itself. Radford et al. 2021 compared CLIP with a ResNet-101 in
 * this way.
 *
 * Candidates are the models of the group that defines the baseline's line, except a model with the checkpoint's name.
 *
 * @param rows             all accuracies of one checkpoint
 * @param defaultProtocols benchmark → the protocol that an empty protocol stands for
 * @returns ImageNet first, then the other common benchmarks, for each template set; notes about differences
 * @throws InputError if the checkpoint or the whole baseline has no all-class ImageNet accuracy
 */
export function compareWithNearest(
  rows: readonly AccuracyRow[],
  baseline: Baseline,
  defaultProtocols: ReadonlyMap<string, string>,
): NearestComparison {
  const checkpointRows = mergeRows(withDefaultProtocols(rows, defaultProtocols));
  const checkpoint = checkpointRows[0]?.checkpoint ?? "";
  const notes = createNoteCollector();
  const ids = checkpointRows.filter(isInDistribution).filter((id, i, all) => {
    const isFirst = all.findIndex(({ templates }) => templates === id.templates) === i;
    if (!isFirst)
      notes.note(`not compared, another list of class names was chosen: ${id.benchmark} with ${id.classNames}`);
    return isFirst;
  });
  if (ids.length === 0) {
    throw new InputError(
      `${checkpoint}: the nearest model is found by ImageNet accuracy, and the checkpoint has none; evaluate it on ImageNet`,
    );
  }
  const candidates = candidateModels(baseline, checkpoint, defaultProtocols);
  const compared = ids.flatMap((id) => {
    const model = nearestModel(candidates, id);
    if (model === undefined) {
      throw new InputError(`baseline ${baseline.id}: no model with an ImageNet accuracy to compare ${checkpoint} with`);
    }
    const ofTemplates = checkpointRows.filter(
      (row) => row.templates === id.templates && (!isInDistribution(row) || row === id),
    );
    return [id, ...ofTemplates.filter((row) => row !== id)].flatMap((row) => {
      const modelRow = row === id ? model.id : counterpart(row, ofTemplates, model.rows, notes);
      return modelRow === undefined ? [] : [compareRows(row, modelRow, baseline.id, notes)];
    });
  });
  return { rows: compared, notes: notes.list() };
}

interface Candidate {
  readonly rows: readonly AccuracyRow[];
  readonly id: AccuracyRow;
}

function candidateModels(
  { rows, rules }: Baseline,
  checkpoint: string,
  defaultProtocols: ReadonlyMap<string, string>,
): AccuracyRow[][] {
  const named = withDefaultProtocols(rows, defaultProtocols).filter(
    (row) =>
      row.checkpoint !== checkpoint &&
      (rules.group === undefined || row.group === rules.group) &&
      !rules.withoutNamesContaining.some((part) => row.checkpoint.includes(part)),
  );
  return [...rowsByCheckpoint(mergeRows(named)).values()];
}

/** Finds the candidate nearest in ImageNet accuracy; the first by name if two are equally near. */
function nearestModel(candidates: readonly (readonly AccuracyRow[])[], id: AccuracyRow): Candidate | undefined {
  let best: Candidate | undefined;
  const distance = (candidate: AccuracyRow) => Math.abs(candidate.accuracy - id.accuracy);
  for (const rows of candidates) {
    const [found] = closestKeys(
      id,
      rows.filter((row) => row.metric === id.metric && isInDistribution(row)),
    );
    if (found === undefined) continue;
    const isNearer =
      best === undefined ||
      distance(found) < distance(best.id) ||
      (distance(found) === distance(best.id) && found.checkpoint < best.id.checkpoint);
    if (isNearer) best = { rows, id: found };
  }
  return best;
}

/**
 * Finds the model's row of the same benchmark; a row of another protocol only if the checkpoint has none of the model's
 * protocols.
 */
function counterpart(
  row: AccuracyRow,
  ofCheckpoint: readonly AccuracyRow[],
  ofModel: readonly AccuracyRow[],
  notes: NoteCollector,
): AccuracyRow | undefined {
  const there = ofModel.filter(({ benchmark, metric }) => benchmark === row.benchmark && metric === row.metric);
  const same = there.filter(({ protocol }) => protocol === row.protocol);
  if (same.length > 0) return closestKeys(row, same)[0];
  if (row.benchmark === idBenchmark) return undefined; // another class subset is another axis, not this benchmark
  const model = ofModel[0]?.checkpoint ?? "";
  if (there.length === 0) {
    notes.note(`not compared, ${model} has no published accuracy`, ...placeOf(row));
    return undefined;
  }
  const protocols = new Set(there.map(({ protocol }) => protocol));
  if (ofCheckpoint.some(({ benchmark, protocol }) => benchmark === row.benchmark && protocols.has(protocol)))
    return undefined;
  return closestKeys(row, there)[0];
}

function compareRows(row: AccuracyRow, modelRow: AccuracyRow, baseline: string, notes: NoteCollector): NearestRow {
  for (const [field, name] of [
    ["protocol", "protocol"],
    ["templates", "template set"],
    ["classNames", "class names"],
  ] as const) {
    if (row[field] === modelRow[field] || row[field] === "" || modelRow[field] === "") continue;
    notes.warn(
      `${name} ${row[field]} for ${row.checkpoint}, but ${modelRow[field]} for ${modelRow.checkpoint}, so the difference includes it`,
      ...placeOf(row),
    );
  }
  if (row.n !== null && modelRow.n !== null && row.n !== modelRow.n) {
    notes.note(`a different number of images than the published accuracy of ${modelRow.checkpoint}`, ...placeOf(row));
  }
  const point = (of: AccuracyRow) => ({ model: of.checkpoint, idAccuracy: 0, accuracy: of.accuracy, images: of.n });
  const { relativeRobustness: difference, low, high } = relativeRobustness(point(row), point(modelRow));
  const { metric, accuracy, n, expectedN } = row;
  return {
    ...evaluationKey(row),
    baseline,
    model: modelRow.checkpoint,
    metric,
    accuracy,
    modelAccuracy: modelRow.accuracy,
    difference,
    low,
    high,
    n,
    expectedN,
    modelN: modelRow.n,
  };
}

/** Returns the subject of a note, and the benchmark that is listed after it. */
function placeOf({ checkpoint, benchmark }: AccuracyRow): [NoteSubject, string] {
  return [{ checkpoint, benchmark }, benchmark];
}

function isInDistribution(row: AccuracyRow): boolean {
  return row.benchmark === idBenchmark && idSideOf(row, IMAGENET_AXES) === idBenchmark;
}
