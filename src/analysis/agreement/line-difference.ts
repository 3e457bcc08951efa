import type { Interval } from "../../foundation/statistics/binomial-interval.ts";
import { studentTQuantile } from "../../foundation/statistics/student-t.ts";

/** Points of two lines, of checkpoints and of their pairs, on the scale; NaN is skipped. */
export interface PairedPoints {
  /** (c,) accuracies in distribution and under the shift */
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** (c (c − 1) / 2,) agreements of the pairs (0, 1), (0, 2), …, (1, 2), … */
  readonly pairX: Float64Array;
  readonly pairY: Float64Array;
}

/** A difference of two lines and its interval. */
export interface LineDifference extends Interval {
  readonly estimate: number;
}

export interface LineDifferences {
  /** slope of agreement's line minus that of accuracy's */
  readonly slope: LineDifference;
  /** height of agreement's line minus that of accuracy's, at the mean of x, on the scale */
  readonly height: LineDifference;
}

/** Minimum number of checkpoints for a jackknife. */
export const MIN_CHECKPOINTS = 6;
/** Two differences at 97.5 % cover at least 95 % together (Bonferroni). */
const TAIL = 0.025 / 2;

/**
 * Estimates the differences of agreement's line from accuracy's, with jackknife intervals over checkpoints: each
 * checkpoint is left out with its accuracies and all its pairs, so that pairs with a common checkpoint are not treated
 * as independent (T. A. B. Snijders, S. P. Borgatti, Non-parametric standard errors and tests for network statistics,
 * Connections 22, 1999); Student's t with two degrees of freedom fewer than checkpoints.
 *
 * @returns null with fewer than six checkpoints that have both accuracies, or if a line has no slope
 */
export function compareLines({ x, y, pairX, pairY }: PairedPoints): LineDifferences | null {
  const c = x.length;
  const known = [...x.keys()].filter((i) => !Number.isNaN((x[i] as number) + (y[i] as number)));
  if (known.length < MIN_CHECKPOINTS) return null;
  const center = known.reduce((sum, i) => sum + (x[i] as number), 0) / known.length;
  const whole = differenceWithout(-1);
  if (whole === null) return null;
  const without = known.map(differenceWithout);
  if (!without.every((difference) => difference !== null)) return null;
  const n = known.length;
  const quantile = -studentTQuantile(TAIL, n - 2);
  const around = (of: "slope" | "height"): LineDifference => {
    const values = without.map((difference) => difference[of]);
    const average = values.reduce((sum, value) => sum + value, 0) / n;
    const squares = values.reduce((sum, value) => sum + (value - average) ** 2, 0);
    const reach = quantile * Math.sqrt(((n - 1) / n) * squares);
    return { estimate: whole[of], low: whole[of] - reach, high: whole[of] + reach };
  };
  return { slope: around("slope"), height: around("height") };

  function differenceWithout(left: number): { slope: number; height: number } | null {
    const ofCheckpoints = startSums();
    const ofPairs = startSums();
    let pair = 0;
    for (let i = 0; i < c; i++) {
      if (i !== left) addPoint(ofCheckpoints, (x[i] as number) - center, y[i] as number);
      for (let j = i + 1; j < c; j++) {
        if (i !== left && j !== left) addPoint(ofPairs, (pairX[pair] as number) - center, pairY[pair] as number);
        pair++;
      }
    }
    const accuracy = lineOf(ofCheckpoints);
    const agreement = lineOf(ofPairs);
    if (accuracy === null || agreement === null) return null;
    return { slope: agreement.slope - accuracy.slope, height: agreement.height - accuracy.height };
  }
}

/** Sums of a line: n, Σx, Σy, Σxx, Σxy. */
function startSums(): Float64Array {
  return new Float64Array(5);
}

function addPoint(sums: Float64Array, x: number, y: number): void {
  if (Number.isNaN(x + y)) return;
  sums[0] = (sums[0] as number) + 1;
  sums[1] = (sums[1] as number) + x;
  sums[2] = (sums[2] as number) + y;
  sums[3] = (sums[3] as number) + x * x;
  sums[4] = (sums[4] as number) + x * y;
}

/** Computes a line's slope and its height at x = 0; null if all x are equal. */
function lineOf(sums: Float64Array): { slope: number; height: number } | null {
  const [n = 0, sx = 0, sy = 0, sxx = 0, sxy = 0] = sums;
  const spread = sxx - (sx * sx) / n;
  if (!(spread > 1e-12 * Math.max(1, sxx))) return null;
  const slope = (sxy - (sx * sy) / n) / spread;
  return { slope, height: (sy - slope * sx) / n };
}
