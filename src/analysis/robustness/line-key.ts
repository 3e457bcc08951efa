import {
  compareKeys,
  compareTexts,
  keyText,
  TASK_FIELDS,
  type TaskKey,
  taskKey,
} from "../../foundation/evaluation-key.ts";

/** The key of a line: results of one kind under a shift, on an x axis. */
export interface LineKey extends TaskKey {
  /** metric of the accuracies under the shift */
  readonly metric: string;
  /** the x axis: the in-distribution benchmark, or this benchmark on a shift's classes, e.g. `imagenet@imagenet-r` */
  readonly idSide: string;
  /** metric of the accuracies in distribution */
  readonly idMetric: string;
}

/** Returns only the key fields of an object. */
export function lineKey(of: LineKey): LineKey {
  return { ...taskKey(of), metric: of.metric, idSide: of.idSide, idMetric: of.idMetric };
}

/** Converts a key to a string that is unique to it. */
export function lineKeyText(key: LineKey): string {
  return `${keyText(key, TASK_FIELDS)} ${JSON.stringify([key.metric, key.idSide, key.idMetric])}`;
}

/** Compares keys by task, then by axes, in code units. Rows with a checkpoint are compared by it first. */
export function compareLineKeys(a: LineKey, b: LineKey): number {
  return (
    compareKeys(a, b) ||
    compareTexts(a.metric, b.metric) ||
    compareTexts(a.idSide, b.idSide) ||
    compareTexts(a.idMetric, b.idMetric)
  );
}

/**
 * Returns whether two keys belong to one plot: the same benchmark and axes, possibly with other protocols and prompts.
 */
export function haveSameAxes(a: LineKey, b: LineKey): boolean {
  return a.benchmark === b.benchmark && a.metric === b.metric && a.idSide === b.idSide && a.idMetric === b.idMetric;
}
