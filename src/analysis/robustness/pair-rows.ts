import { mean } from "simple-statistics";
import type { AccuracyRow } from "../../evaluation/results/accuracy-row.ts";
import { type TaskKey, taskKey } from "../../foundation/evaluation-key.ts";
import { effectiveImages } from "../lines/shared-noise.ts";
import { samplingInterval } from "./effective-robustness.ts";
import type { LineKey } from "./line-key.ts";
import type { ModelPoint } from "./model-point.ts";
import {
  AVERAGE,
  idSideOf,
  isInDistribution,
  listedClassesSide,
  type StudyAxes,
  sameClassesSide,
  wholeSides,
} from "./study-axes.ts";

/** A model's accuracy under one shift, paired with its in-distribution accuracy on one x axis. */
export interface PairedRow extends LineKey {
  readonly point: ModelPoint;
  /** task of the in-distribution accuracy; absent for an average */
  readonly idTask?: TaskKey;
  /** for an average: the averaged pairs, in the order of the study's shifts */
  readonly parts?: readonly PairedRow[];
}

/** How accuracies under shifts are paired with in-distribution accuracies. */
export interface PairOptions {
  /** which benchmarks are in distribution, and which are shifts */
  readonly axes: StudyAxes;
  /** the protocol to use for an average if a model has several for a benchmark */
  readonly preferredProtocols: ReadonlyMap<string, string>;
  /** the class-name list of the x axis to use if a model has several and none is the shift's */
  readonly preferredClassNames: ReadonlySet<string>;
}

/** A shift without an in-distribution accuracy with the same templates. */
export interface UnpairedRow {
  readonly row: AccuracyRow;
  readonly idSide: string;
}

export interface PairedModel {
  readonly pairs: readonly PairedRow[];
  readonly unpaired: readonly UnpairedRow[];
  /** shifts missing for the average; empty if there is an average */
  readonly lacksForAverage: readonly string[];
}

/**
 * Pairs each shift accuracy of one model with its in-distribution accuracies: on each whole in-distribution benchmark,
 * and on the shift's classes if the model has that. Both must have the same metric and template set, and the same
 * class-name list if the in-distribution side has the shift's list.
 *
 * @param rows all rows of one model
 */
export function pairRows(rows: readonly AccuracyRow[], options: PairOptions): PairedModel {
  const { axes } = options;
  const shifts = rows.filter((row) => !isInDistribution(row.benchmark, axes));
  const pairs: PairedRow[] = [];
  const unpaired: UnpairedRow[] = [];
  let lacks: string[] = [...axes.shifts];
  for (const whole of wholeSides(axes)) {
    const ids = rows.filter((row) => row.benchmark === whole);
    const byId = new Map<AccuracyRow, PairedRow[]>();
    for (const row of shifts) {
      const listed = listedClassesSide(whole, row.protocol, axes);
      const sides = listed === null ? [whole, sameClassesSide(whole, row.benchmark)] : [listed];
      for (const idSide of sides) {
        const id = findId(ids, row, idSide, options);
        if (id === undefined) {
          if (idSide === sides[0]) unpaired.push({ row, idSide });
          continue;
        }
        const pair = {
          ...taskKey(row),
          metric: row.metric,
          idSide,
          idMetric: id.metric,
          idTask: taskKey(id),
          point: pointOf(row, id),
        };
        pairs.push(pair);
        if (idSide === whole) byId.set(id, [...(byId.get(id) ?? []), pair]);
      }
    }
    for (const [id, ofId] of byId) {
      const parts = axes.shifts.map((shift) => pick(ofId, shift, options.preferredProtocols));
      const missing = axes.shifts.filter((_, i) => parts[i] === undefined);
      if (missing.length === 0 && parts.length > 0) pairs.push(averageOf(parts as PairedRow[], id, whole));
      if (missing.length < lacks.length) lacks = missing;
    }
  }
  return { pairs, unpaired, lacksForAverage: lacks };
}

function findId(
  ids: readonly AccuracyRow[],
  row: AccuracyRow,
  idSide: string,
  { axes, preferredClassNames }: PairOptions,
): AccuracyRow | undefined {
  const fitting = ids.filter(
    (id) => id.metric === row.metric && id.templates === row.templates && idSideOf(id, axes) === idSide,
  );
  return (
    fitting.find((id) => id.classNames === row.classNames) ??
    fitting.find((id) => preferredClassNames.has(id.classNames)) ??
    (fitting.length === 1 ? fitting[0] : undefined)
  );
}

/** Returns the effective number of independent images of an accuracy. */
function imagesOf({ n, outcomes }: AccuracyRow): number | null {
  return outcomes === undefined ? n : effectiveImages(outcomes);
}

function pointOf(row: AccuracyRow, id: AccuracyRow): ModelPoint {
  return {
    model: row.checkpoint,
    idAccuracy: id.accuracy,
    accuracy: row.accuracy,
    idImages: imagesOf(id),
    images: imagesOf(row),
    ...(row.outcomes === undefined || id.outcomes === undefined
      ? {}
      : { outcomes: { x: [id.outcomes], y: [row.outcomes] } }),
  };
}

function pick(pairs: readonly PairedRow[], shift: string, preferred: ReadonlyMap<string, string>) {
  const shiftPairs = pairs.filter((pair) => pair.benchmark === shift);
  return shiftPairs.find((pair) => pair.protocol === preferred.get(shift)) ?? shiftPairs[0];
}

function averageOf(parts: readonly PairedRow[], id: AccuracyRow, idSide: string): PairedRow {
  const points = parts.map((part) => part.point);
  const accuracy = mean(points.map((point) => point.accuracy));
  const intervals = points.map(samplingInterval);
  // Each set has other images, so they are independent: squared distances to the bounds add up
  const reach = (end: "low" | "high") =>
    Math.hypot(...points.map((point, i) => point.accuracy - (intervals[i]?.[end] as number))) / parts.length;
  const known = intervals.every((interval) => interval !== null);
  const bounds = known ? { low: accuracy - reach("low"), high: accuracy + reach("high") } : null;
  const x = points[0]?.outcomes?.x;
  const sets = points.map(({ outcomes }) => outcomes?.y[0]).filter((set) => set !== undefined);
  const point: ModelPoint = {
    ...{ model: id.checkpoint, idAccuracy: id.accuracy, accuracy, idImages: imagesOf(id), bounds },
    effectiveImages: meanWorth(points, accuracy),
    ...(x !== undefined && sets.length === points.length ? { outcomes: { x, y: sets } } : {}),
  };
  const key = { ...taskKey(id), benchmark: AVERAGE, protocol: "" };
  return { ...key, metric: id.metric, idSide, idMetric: id.metric, point, parts };
}

/**
 * Returns the effective number of images of a mean over sets; if all accuracies are 0 or all are 1, as for equal
 * accuracies in all sets.
 */
function meanWorth(points: readonly ModelPoint[], accuracy: number): number | null {
  let [variance, ofEqual] = [0, 0];
  for (const { accuracy: setAccuracy, images } of points) {
    if (images == null) return null;
    variance += (setAccuracy * (1 - setAccuracy)) / images / points.length ** 2;
    ofEqual += 1 / images / points.length ** 2;
  }
  return variance === 0 ? 1 / ofEqual : (accuracy * (1 - accuracy)) / variance;
}
