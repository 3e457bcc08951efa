import {
  compareKeys,
  compareTexts,
  keyText,
  TASK_FIELDS,
  type TaskKey,
  taskKey,
} from "../../foundation/evaluation-key.ts";

/** What a line is drawn for: results of one kind under a shift, on an x axis. */
export interface LineKey extends TaskKey {
  /** metric of the accuracies under the shift */
  readonly metric: string;
  /** the x axis: the in-distribution benchmark, or it on a shift's classes, e.g. `imagenet@imagenet-r` */
  readonly idSide: string;
  /** metric of the accuracies in distribution */
  readonly idMetric: string;
}

/** The key of whatever has one, without its other fields. */
export function lineKey(of: LineKey): LineKey {
  return { ...taskKey(of), metric: of.metric, idSide: of.idSide, idMetric: of.idMetric };
}

/** The string form of a key: equal for equal keys only. */
export function lineKeyText(key: LineKey): string {
  return `${keyText(key, TASK_FIELDS)} ${JSON.stringify([key.metric, key.idSide, key.idMetric])}`;
}

/** Orders keys by what is evaluated, then by the axes; by code units. Of rows that have a checkpoint, by it first. */
export function compareLineKeys(a: LineKey, b: LineKey): number {
  return (
    compareKeys(a, b) ||
    compareTexts(a.metric, b.metric) ||
    compareTexts(a.idSide, b.idSide) ||
    compareTexts(a.idMetric, b.idMetric)
  );
}

/** Whether two keys are points of one plot: of one benchmark, on the same axes, if by other protocols and prompts. */
export function haveSameAxes(a: LineKey, b: LineKey): boolean {
  return a.benchmark === b.benchmark && a.metric === b.metric && a.idSide === b.idSide && a.idMetric === b.idMetric;
}
