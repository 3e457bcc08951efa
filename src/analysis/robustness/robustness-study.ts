import { mean } from "simple-statistics";
import {
  type AccuracyRow,
  mergeRows,
  rowsByCheckpoint,
  withDefaultProtocols,
} from "../../evaluation/results/accuracy-row.ts";
import { InputError } from "../../foundation/errors.ts";
import { compareTexts, isSameTask, taskKey, taskWords } from "../../foundation/evaluation-key.ts";
import { createNoteCollector, type Note, type NoteCollector } from "../../foundation/notes.ts";
import type { FitScale } from "../lines/fit-scale.ts";
import type { Baseline } from "./baseline.ts";
import type { LineKind } from "./baseline-fit.ts";
import { type BaselineLine, type BaselineLines, baselineRules, fitBaselineLines } from "./baseline-lines.ts";
import { type EffectiveRobustness, effectiveRobustness, samplingInterval } from "./effective-robustness.ts";
import { insideEnds } from "./fit-by-binomial.ts";
import { compareLineKeys, type LineKey, lineKey } from "./line-key.ts";
import { bestLine, noteDifferences } from "./line-match.ts";
import type { BaselineRules } from "./line-rules.ts";
import { isEnd } from "./model-point.ts";
import { type PairedRow, type PairOptions, pairRows } from "./pair-rows.ts";
import { MEAN_OF_SHIFTS, type RobustnessRow } from "./robustness-row.ts";
import {
  AVERAGE,
  againstWords,
  IMAGENET_AXES,
  isInDistribution,
  type StudyAxes,
  shiftCount,
  wholeSides,
} from "./study-axes.ts";
import { assignVerdicts, type UntestedRow } from "./verdict.ts";

/** What `studyRobustness` finds for all checkpoints and shifts. */
export interface RobustnessStudy {
  /** the baseline's lines, one for each benchmark, protocol, prompts and x axis */
  readonly lines: readonly BaselineLine[];
  /** ordered by checkpoint, benchmark, protocol, prompts, x axis */
  readonly rows: readonly RobustnessRow[];
  /** notes about missing or omitted data and differences from the baseline */
  readonly notes: readonly Note[];
  /** the checkpoints' accuracies without duplicates, with default protocols filled in, for further analyses */
  readonly accuracies: readonly AccuracyRow[];
  /** how accuracies were paired */
  readonly pairing: PairOptions;
  /** the baseline's rules; they also apply to lines of groups, and determine the x axes of panels */
  readonly rules: BaselineRules;
}

/** Options of `studyRobustness`. */
export interface StudyOptions {
  /** default: logit */
  readonly scale?: FitScale;
  /** default: least-squares */
  readonly line?: LineKind;
  /** default: ImageNet and its five shifts */
  readonly axes?: StudyAxes;
  /** benchmark → its default protocol, for rows that name none */
  readonly defaultProtocols?: ReadonlyMap<string, string>;
}

/**
 * Compares checkpoints with a baseline: fits the baseline's lines and computes each checkpoint's effective robustness
 * on every shift and common x axis, on the average of the shifts, which has a separate line, and the mean of the
 * shifts' values. Missing data is reported in the notes, never filled in.
 *
 * @param rows     top-1 accuracies of the checkpoints
 * @param baseline models that the lines are fitted to, see `readBaseline`
 * @throws InputError if rows disagree, or nothing can be fitted or compared
 */
export function studyRobustness(
  rows: readonly AccuracyRow[],
  baseline: Baseline,
  options: StudyOptions = {},
): RobustnessStudy {
  const how = { scale: options.scale ?? "logit", line: options.line ?? "least-squares" };
  const axes = options.axes ?? IMAGENET_AXES;
  const defaults = options.defaultProtocols ?? new Map();
  const accuracies = mergeRows(withDefaultProtocols(rows, defaults));
  const baselineRows = mergeRows(withDefaultProtocols(baseline.rows, defaults));
  const notes = createNoteCollector();
  const lines = fitBaselineLines({ ...baseline, rows: baselineRows }, how, axes, defaults, notes);
  const members = new Set(lines.lines.flatMap((line) => line.fit.models.map((point) => point.model)));
  const results: UntestedRow[] = [];
  for (const [checkpoint, ofCheckpoint] of rowsByCheckpoint(accuracies)) {
    if (members.has(checkpoint)) {
      notes.note(`in the line of ${baseline.id} by name, so their distance from it is a residual`, {
        checkpoint,
      });
    }
    noteIncomplete(ofCheckpoint, notes);
    results.push(...compareCheckpoint(checkpoint, ofCheckpoint, lines, notes));
  }
  if (results.length === 0) {
    const hint = accuracies.some(({ benchmark }) => isInDistribution(benchmark, axes))
      ? ""
      : `; none has an accuracy on ${wholeSides(axes).join(" or ")}, the x axis; use --study for a study with another x axis`;
    const why = notes.list().map(({ text }) => text);
    throw new InputError(`nothing to compare with baseline ${baseline.id}: ${why.join("; ")}${hint}`);
  }
  results.sort(compareLineKeys);
  const sorted = [...lines.lines].sort(compareLines);
  return {
    lines: sorted,
    rows: assignVerdicts(results),
    notes: notes.list(),
    accuracies: accuracies,
    pairing: lines.pairing,
    rules: baselineRules(baseline),
  };
}

function compareCheckpoint(
  checkpoint: string,
  rows: readonly AccuracyRow[],
  lines: BaselineLines,
  notes: NoteCollector,
): UntestedRow[] {
  const { axes } = lines.pairing;
  const { pairs, unpaired, lacksForAverage } = pairRows(rows, lines.pairing);
  for (const { row, idSide } of unpaired) {
    const place = `${row.benchmark} on ${idSide}`;
    notes.note(
      `no accuracy on ${idSide} with the prompts of ${row.benchmark}, so no effective robustness${againstWords(axes, idSide)}`,
      { checkpoint },
      undefined,
      { text: "no accuracy on the x axis with the shift's prompts, so no effective robustness", where: place },
    );
  }
  if (pairs.length === 0 && unpaired.length === 0) notes.note("no accuracy under any shift", { checkpoint });
  if (lacksForAverage.length > 0 && pairs.length > 0) {
    const text = `no average of the ${shiftCount(axes)} shifts`;
    const where = `lacking ${lacksForAverage.join(", ")}`;
    notes.note(`${text}, ${where}`, { checkpoint }, undefined, { text, where });
  }
  const results = new Map<PairedRow, UntestedRow>();
  for (const pair of pairs) {
    const expectedN = rows.find((row) => isSameTask(row, pair))?.expectedN ?? null;
    const result = comparePair(pair, pairs, expectedN, lines, notes);
    if (result !== undefined) results.set(pair, result);
  }
  noteMissingAxes(checkpoint, pairs, lines, notes);
  const doubt = rows.find((row) => row.doubt !== undefined)?.doubt;
  const means = pairs.flatMap((pair) => {
    const parts = (pair.parts ?? []).map((part) => results.get(part)).filter((part) => part !== undefined);
    return pair.benchmark === AVERAGE && parts.length === axes.shifts.length ? [meanOfShifts(pair, parts)] : [];
  });
  const all = [...results.values(), ...means];
  return doubt === undefined ? all : all.map((row) => ({ ...row, doubt }));
}

function comparePair(
  pair: PairedRow,
  pairs: readonly PairedRow[],
  expectedN: number | null,
  lines: BaselineLines,
  notes: NoteCollector,
): UntestedRow | undefined {
  const { model: checkpoint } = pair.point;
  const line = bestLine(pair, pairs, lines, notes);
  if (line === undefined) return undefined;
  const { scale } = line.fit;
  const { idAccuracy } = line.fit.line === "binomial" ? insideEnds(pair.point) : pair.point;
  if (isEnd(idAccuracy) && scale !== "linear") {
    notes.note(`accuracy on ${pair.idSide} is exactly ${idAccuracy}, where ${scale} is infinite: left out`, {
      checkpoint,
    });
    return undefined;
  }
  noteDifferences(pair, line, expectedN, notes);
  const [{ model: _, ...figures }] = effectiveRobustness(line.fit, [pair.point]) as [EffectiveRobustness];
  if (figures.low === null) {
    const isKnown = samplingInterval(pair.point) !== null && pair.point.idImages != null;
    notes.note(
      isKnown
        ? "no intervals: too few images to distinguish x from the other models', or from 0 and 1"
        : "no intervals: the number of images (column n) is not known",
      { checkpoint },
    );
  }
  const lineFields = { scale, line: line.fit.line, baseline: line.baseline, group: line.group };
  const isMember = line.fit.models.some(({ model }) => model === checkpoint);
  return { checkpoint, ...lineKey(pair), ...lineFields, ...figures, isMember };
}

/**
 * Computes the mean of the shifts' values. Their errors are not independent (same x, same baseline models), so there is
 * no interval.
 */
function meanOfShifts(average: PairedRow, parts: readonly UntestedRow[]): UntestedRow {
  const first = parts[0] as UntestedRow;
  return {
    ...first,
    ...taskKey(average),
    benchmark: MEAN_OF_SHIFTS,
    accuracy: average.point.accuracy,
    expectedAccuracy: mean(parts.map((part) => part.expectedAccuracy)),
    effectiveRobustness: mean(parts.map((part) => part.effectiveRobustness)),
    correctedExpected: null,
    correctedRobustness: null,
    low: null,
    high: null,
    predictionLow: null,
    predictionHigh: null,
    predictionP: null,
    extrapolated: parts.some((part) => part.extrapolated),
    outsideBy: Math.max(...parts.map((part) => part.outsideBy)),
  };
}

/** Reports an x axis "on the shift's classes" that only one side has. */
function noteMissingAxes(
  checkpoint: string,
  pairs: readonly PairedRow[],
  lines: BaselineLines,
  notes: NoteCollector,
): void {
  const axes = (keys: readonly LineKey[], benchmark: string) =>
    new Set(keys.filter((key) => key.benchmark === benchmark).map((key) => key.idSide));
  for (const benchmark of new Set(pairs.map((pair) => pair.benchmark))) {
    const ofLines = axes(lines.lines, benchmark);
    if (ofLines.size === 0) continue; // already reported
    const ofCheckpoint = axes(pairs, benchmark);
    for (const idSide of ofCheckpoint) {
      if (!ofLines.has(idSide))
        notes.note(
          `baseline ${lines.id} has no ${idSide}, so that axis of ${benchmark} has no line`,
          undefined,
          undefined,
          {
            text: `baseline ${lines.id} has no such x axis, so no line there`,
            where: `${benchmark} on ${idSide}`,
          },
        );
    }
    for (const idSide of ofLines) {
      if (!ofCheckpoint.has(idSide))
        notes.note(`no accuracy on ${idSide}, so no figure of ${benchmark} on that axis`, { checkpoint }, undefined, {
          text: "no accuracy on an x axis that the baseline has, so no figure there",
          where: `${benchmark} on ${idSide}`,
        });
    }
  }
}

function noteIncomplete(rows: readonly AccuracyRow[], notes: NoteCollector): void {
  for (const row of rows) {
    const { checkpoint, n, expectedN } = row;
    if (n === null || expectedN === null || n === expectedN) continue;
    const place = taskWords(row);
    notes.note(`${place}: only ${n} of ${expectedN} images`, { checkpoint }, undefined, {
      text: "only part of the images",
      where: `${place} (${n} of ${expectedN})`,
    });
  }
}

function compareLines(a: BaselineLine, b: BaselineLine): number {
  return compareLineKeys(a, b) || compareTexts(a.fit.idMin.toFixed(9), b.fit.idMin.toFixed(9));
}
