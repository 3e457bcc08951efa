import type { BaselineLine } from "../../analysis/robustness/baseline-lines.ts";
import { samplingInterval } from "../../analysis/robustness/effective-robustness.ts";
import { type LineKey, lineKeyText } from "../../analysis/robustness/line-key.ts";
import type { ColumnOf } from "../../analysis/robustness/metadata.ts";
import type { ModelPoint } from "../../analysis/robustness/model-point.ts";
import { type PairedRow, type PairOptions, pairRows } from "../../analysis/robustness/pair-rows.ts";
import { AVERAGE, benchmarkOfSide, idSideOf, type StudyAxes } from "../../analysis/robustness/study-axes.ts";
import { type AccuracyRow, rowsByCheckpoint } from "../../evaluation/results/accuracy-row.ts";
import { isSameTask, matchScore } from "../../foundation/evaluation-key.ts";
import { plural } from "../../foundation/number-text.ts";
import { scoreInterval } from "../../foundation/statistics/score-interval.ts";
import type { PanelOptions, PanelStudy } from "./panel-study.ts";

/**
 * A model in the scatter plot: accuracies and their 95 % intervals are fractions; intervals are null if n is not known.
 */
export interface PanelPoint {
  readonly name: string;
  readonly group: string;
  readonly x: number;
  readonly y: number;
  readonly xLow: number | null;
  readonly xHigh: number | null;
  readonly yLow: number | null;
  readonly yHigh: number | null;
}

/** A checkpoint in the scatter plot, with its distance from the baseline's line; null without a line. */
export interface PanelCheckpoint extends PanelPoint {
  /** the protocol and prompts it was scored with, which may differ from the panel's */
  readonly protocol: string;
  readonly templates: string;
  readonly classNames: string;
  /** images behind x and y, and of the whole benchmark; sums over the sets of an average */
  readonly idImages: number | null;
  readonly idExpected: number | null;
  readonly images: number | null;
  readonly expected: number | null;
  readonly expectedAccuracy: number | null;
  /** accuracy − expectedAccuracy */
  readonly effectiveRobustness: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly predictionLow: number | null;
  readonly predictionHigh: number | null;
  readonly extrapolated: boolean;
  /** whether the baseline's line was fitted on it, so that its distance is a residual */
  readonly inBaseline: boolean;
  /** whether it is context for checkpoints in focus */
  readonly isContext: boolean;
}

/** A checkpoint's pair of accuracies, with all its rows for looking up counts. */
export interface CheckpointPair {
  readonly pair: PairedRow;
  readonly rows: readonly AccuracyRow[];
}

/**
 * Returns all pairs of accuracies of a study's checkpoints, except doubtful published rows, which are not in lines
 * either.
 */
export function pairCheckpoints({ accuracies, pairing }: PanelStudy): CheckpointPair[] {
  return [...rowsByCheckpoint(accuracies.filter(({ doubt }) => doubt === undefined)).values()].flatMap((rows) =>
    pairRows(rows, pairing).pairs.map((pair) => ({ pair, rows })),
  );
}

/**
 * Chooses the key of a panel on given axes: from the options, else the baseline's preference, else the most common
 * among checkpoints.
 */
export function chooseKey(
  { benchmark, metric, idSide, idMetric }: LineKey,
  pairs: readonly CheckpointPair[],
  lines: readonly BaselineLine[],
  pairing: PairOptions,
  options: PanelOptions,
): LineKey {
  const keys: readonly LineKey[] = pairs.length > 0 ? pairs.map(({ pair }) => pair) : lines;
  const preferred = pairing.preferredProtocols.get(benchmark);
  const known = keys.some(({ protocol }) => protocol === preferred) ? preferred : undefined;
  const protocol = options.protocols?.get(benchmark) ?? known ?? mostCommon(keys.map((key) => key.protocol));
  const templates = options.templates ?? mostCommon(keys.map((key) => key.templates));
  const classNames =
    options.classNames ??
    mostCommon(
      keys.filter((key) => key.templates === templates && key.protocol === protocol).map((key) => key.classNames),
    );
  return { benchmark, protocol, templates, classNames, metric, idSide, idMetric };
}

/**
 * Chooses, for each checkpoint, the pair that best matches the panel's key.
 *
 * @param strict leave out pairs of another protocol; else they are drawn and reported in the notes
 */
export function choosePairs(
  key: LineKey,
  candidates: readonly CheckpointPair[],
  strict: boolean,
): { readonly chosen: CheckpointPair[]; readonly notes: string[] } {
  const byCheckpoint = new Map<string, CheckpointPair>();
  const leftOut = new Set<string>();
  for (const candidate of candidates) {
    const { model } = candidate.pair.point;
    if (strict && candidate.pair.protocol !== key.protocol) {
      leftOut.add(model);
      continue;
    }
    const current = byCheckpoint.get(model);
    const isCloser = current === undefined || matchScore(key, candidate.pair) > matchScore(key, current.pair);
    if (isCloser) byCheckpoint.set(model, candidate);
  }
  const chosen = [...byCheckpoint.values()];
  const notes: string[] = [];
  const missing = [...leftOut].filter((model) => !byCheckpoint.has(model));
  if (missing.length > 0)
    notes.push(`${plural(missing.length, "checkpoint")} without protocol ${key.protocol} left out`);
  for (const [field, name] of [
    ["protocol", "protocol"],
    ["templates", "template set"],
  ] as const) {
    const differing = chosen.filter(({ pair }) => pair[field] !== key[field]);
    const values = [...new Set(differing.map(({ pair }) => pair[field] || "none"))].sort();
    if (differing.length > 0)
      notes.push(`${plural(differing.length, "checkpoint")} with another ${name}: ${values.join(", ")}`);
  }
  return { chosen, notes };
}

/** Returns the models that a line was fitted on. */
export function baselinePoints({ fit, group, baseline }: BaselineLine): PanelPoint[] {
  return fit.models.map((point) => ({ ...place(point), group: group === "" ? baseline : group }));
}

export function panelCheckpoint(
  { pair, rows }: CheckpointPair,
  study: PanelStudy,
  groups: ColumnOf | undefined,
  { members, isContext }: { readonly members: ReadonlySet<string>; readonly isContext: (name: string) => boolean },
): PanelCheckpoint {
  const { point, protocol, templates, classNames, idSide } = pair;
  const text = lineKeyText(pair);
  const row = study.rows.find((candidate) => candidate.checkpoint === point.model && lineKeyText(candidate) === text);
  const { axes } = study.pairing;
  const id = rows.find(
    (accuracy) =>
      accuracy.benchmark === benchmarkOfSide(idSide) &&
      accuracy.metric === pair.idMetric &&
      idSideOf(accuracy, axes) === idSide &&
      accuracy.templates === templates &&
      accuracy.accuracy === point.idAccuracy,
  );
  return {
    ...place(point),
    group: groups?.get(point.model) ?? "",
    protocol,
    templates,
    classNames,
    idImages: id?.n ?? null,
    idExpected: id?.expectedN ?? null,
    ...imagesOf(pair, rows, axes),
    expectedAccuracy: row?.expectedAccuracy ?? null,
    effectiveRobustness: row?.effectiveRobustness ?? null,
    low: row?.low ?? null,
    high: row?.high ?? null,
    predictionLow: row?.predictionLow ?? null,
    predictionHigh: row?.predictionHigh ?? null,
    extrapolated: row?.extrapolated ?? false,
    inBaseline: members.has(point.model),
    isContext: isContext(point.model),
  };
}

function place(point: ModelPoint): Omit<PanelPoint, "group"> {
  const x = point.idImages == null ? null : scoreInterval(point.idAccuracy, point.idImages);
  const y = samplingInterval(point);
  const { model: name, idAccuracy, accuracy } = point;
  return {
    name,
    x: idAccuracy,
    y: accuracy,
    xLow: x?.low ?? null,
    xHigh: x?.high ?? null,
    yLow: y?.low ?? null,
    yHigh: y?.high ?? null,
  };
}

/**
 * Returns the images behind the accuracy under the shift, and of the whole benchmark; summed over the sets of an
 * average.
 */
function imagesOf(pair: PairedRow, rows: readonly AccuracyRow[], axes: StudyAxes) {
  const parts = pair.benchmark === AVERAGE ? (pair.parts ?? []) : [pair];
  const partRows = parts.map((part) => rows.find((row) => row.metric === part.metric && isSameTask(row, part)));
  const whole = pair.benchmark === AVERAGE ? axes.shifts.length : 1;
  const sum = (values: readonly (number | null | undefined)[]) =>
    values.length === whole && values.every((value) => value != null) ? values.reduce((a, b) => a + b, 0) : null;
  return { images: sum(partRows.map((row) => row?.n)), expected: sum(partRows.map((row) => row?.expectedN)) };
}

function mostCommon(values: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))[0]?.[0] ?? "";
}
