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

const idBenchmark = mainSide(IMAGENET_AXES); // published models were evaluated there

/** A checkpoint beside the baseline's model that is nearest to it in ImageNet accuracy. Fractions of 1. */
export interface NearestRow extends EvaluationKey {
  readonly baseline: string;
  readonly model: string;
  /** id of the metric that both accuracies are of */
  readonly metric: string;
  readonly accuracy: number;
  readonly modelAccuracy: number;
  /** the checkpoint's accuracy minus the model's */
  readonly difference: number;
  /**
   * 95 % interval as of different images (Newcombe 1998, independent fractions, method 10): which images the model got
   * right is not published. Too wide where both saw the same images; null where a number of images is not known
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
 * Puts a checkpoint beside one model of a baseline: the one whose all-class ImageNet accuracy is nearest, so that what
 * differs under a shift is not the accuracy itself. CLIP was first shown so, beside a ResNet-101 (Radford et al. 2021).
 *
 * Candidates are the models of the group that the baseline's line is drawn by, but none of the checkpoint's own name.
 *
 * @param rows             all accuracies of one checkpoint
 * @param defaultProtocols what an empty protocol means, by benchmark
 * @returns ImageNet first, then the other benchmarks that both have, for each template set; notes on what differs
 * @throws InputError if the checkpoint or the whole baseline has no all-class ImageNet accuracy
 */
export function compareWithNearest(
  rows: readonly AccuracyRow[],
  baseline: Baseline,
  defaultProtocols: ReadonlyMap<string, string>,
): NearestComparison {
  const own = mergeRows(withDefaultProtocols(rows, defaultProtocols));
  const checkpoint = own[0]?.checkpoint ?? "";
  const notes = createNoteCollector();
  const ids = own.filter(isInDistribution).filter((id, i, all) => {
    const isFirst = all.findIndex(({ templates }) => templates === id.templates) === i;
    if (!isFirst)
      notes.note(`not compared, another list of class names was taken: ${id.benchmark} with ${id.classNames}`);
    return isFirst;
  });
  if (ids.length === 0) {
    throw new InputError(
      `${checkpoint}: the nearest model is found by ImageNet accuracy, and it has none; evaluate it there`,
    );
  }
  const candidates = candidateModels(baseline, checkpoint, defaultProtocols);
  const compared = ids.flatMap((id) => {
    const model = nearestModel(candidates, id);
    if (model === undefined) {
      throw new InputError(`baseline ${baseline.id}: no model with an ImageNet accuracy to compare ${checkpoint} with`);
    }
    const ofTemplates = own.filter((row) => row.templates === id.templates && (!isInDistribution(row) || row === id));
    return [id, ...ofTemplates.filter((row) => row !== id)].flatMap((row) => {
      const other = row === id ? model.id : counterpart(row, ofTemplates, model.rows, notes);
      return other === undefined ? [] : [compareRows(row, other, baseline.id, notes)];
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

/** The candidate nearest in ImageNet accuracy; the first by name where two are as near. */
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

/** The model's row of the same benchmark; one of another protocol only where the checkpoint has none of the model's. */
function counterpart(
  row: AccuracyRow,
  own: readonly AccuracyRow[],
  ofModel: readonly AccuracyRow[],
  notes: NoteCollector,
): AccuracyRow | undefined {
  const there = ofModel.filter(({ benchmark, metric }) => benchmark === row.benchmark && metric === row.metric);
  const same = there.filter(({ protocol }) => protocol === row.protocol);
  if (same.length > 0) return closestKeys(row, same)[0];
  if (row.benchmark === idBenchmark) return undefined; // another class subset is another axis, not the same benchmark
  const model = ofModel[0]?.checkpoint ?? "";
  if (there.length === 0) {
    notes.note(`not compared, ${model} has no published accuracy there`, ...placeOf(row));
    return undefined;
  }
  const protocols = new Set(there.map(({ protocol }) => protocol));
  if (own.some(({ benchmark, protocol }) => benchmark === row.benchmark && protocols.has(protocol))) return undefined;
  return closestKeys(row, there)[0];
}

function compareRows(row: AccuracyRow, other: AccuracyRow, baseline: string, notes: NoteCollector): NearestRow {
  for (const [field, name] of [
    ["protocol", "protocol"],
    ["templates", "template set"],
    ["classNames", "class names"],
  ] as const) {
    if (row[field] === other[field] || row[field] === "" || other[field] === "") continue;
    notes.warn(
      `${name} ${row[field]} for ${row.checkpoint}, but ${other[field]} for ${other.checkpoint}, which is in the difference`,
      ...placeOf(row),
    );
  }
  if (row.n !== null && other.n !== null && row.n !== other.n) {
    notes.note(`another number of images than behind the published accuracy of ${other.checkpoint}`, ...placeOf(row));
  }
  const point = (of: AccuracyRow) => ({ model: of.checkpoint, idAccuracy: 0, accuracy: of.accuracy, images: of.n });
  const { relativeRobustness: difference, low, high } = relativeRobustness(point(row), point(other));
  const { metric, accuracy, n, expectedN } = row;
  return {
    ...evaluationKey(row),
    baseline,
    model: other.checkpoint,
    metric,
    accuracy,
    modelAccuracy: other.accuracy,
    difference,
    low,
    high,
    n,
    expectedN,
    modelN: other.n,
  };
}

/** What a note is about, and the benchmark as the name that is listed after it. */
function placeOf({ checkpoint, benchmark }: AccuracyRow): [NoteSubject, string] {
  return [{ checkpoint, benchmark }, benchmark];
}

function isInDistribution(row: AccuracyRow): boolean {
  return row.benchmark === idBenchmark && idSideOf(row, IMAGENET_AXES) === idBenchmark;
}
