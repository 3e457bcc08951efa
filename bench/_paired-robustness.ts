import type { Interval } from "../src/foundation/statistics/binomial-interval.ts";
import { inverseLogit, logit } from "../src/foundation/statistics/logit.ts";

/** The accuracy of one variant of a checkpoint minus that of another on the same images, with its paired interval. Fractions. */
export interface Change extends Interval {
  readonly value: number;
}

/** A baseline's line on logit axes with a positive slope. */
export interface Line {
  readonly slope: number;
  readonly intercept: number;
}

/**
 * Computes the change in effective robustness from one variant to another: the change under shift minus the change that the line
 * expects for the change in distribution. The line is treated as fixed, because both variants use the same one.
 *
 * The interval combines those of the two changes, which come from different images, by the method of variance estimates recovery;
 * each end of the interval in distribution is mapped along the line from `idAccuracy`. (A bootstrap of the images results in an
 * interval of zero width if no image differs.)
 *
 * @param idAccuracy of the first variant
 * @param id         change in distribution, second minus first
 * @param shift      change under shift, second minus first
 * @see G. Y. Zou & A. Donner, Construction of confidence limits about effect measures: a general approach, Statistics in Medicine 27, 2008
 */
export function robustnessChange(line: Line, idAccuracy: number, id: Change, shift: Change): Change {
  const before = expected(line, idAccuracy);
  const expectedChange = (change: number) => expected(line, Math.min(1, Math.max(0, idAccuracy + change))) - before;
  const along = expectedChange(id.value);
  const value = shift.value - along;
  return {
    value,
    low: value - Math.hypot(shift.value - shift.low, expectedChange(id.high) - along),
    high: value + Math.hypot(shift.high - shift.value, along - expectedChange(id.low)),
  };
}

/** The expectation of the line; accuracies of exactly 0 and 1 are not changed, because they are the line's limits. */
function expected({ slope, intercept }: Line, accuracy: number): number {
  return accuracy === 0 || accuracy === 1 ? accuracy : inverseLogit(slope * logit(accuracy) + intercept);
}
