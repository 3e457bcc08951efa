import { normalQuantile } from "../../foundation/statistics/normal-distribution.ts";
import { countLowerTail, countUpperTail } from "../../foundation/statistics/uncertain-count.ts";
import { type FitScale, scaleFunctions } from "../lines/fit-scale.ts";
import { countOf, type PredictionEnds } from "./prediction.ts";

/** Probability with which a true distance must be detected, as in comparisons of checkpoints. */
const POWER = 0.8;
/** Precision of the power. */
const PRECISION = 1e-4;
const STEPS = 40;

/** The data that a checkpoint is measured on. */
export interface DetectableOn {
  readonly scale: FitScale;
  /** images of the shift, or the effective number for a mean over sets */
  readonly images: number;
  /** standard deviation, on the scale, of the line's expectation due to the finite images of x */
  readonly expectedSd: number;
}

/**
 * Computes the true accuracies at which a checkpoint's measured accuracy is beyond an end with 80 % power. Images are
 * resampled on both axes for a fixed line. The required count is an integer if the number of images is.
 *
 * @param ends measured accuracies beyond which the verdict is below or above
 * @returns null on a side without an end, or if no count of images or no accuracy strictly between 0 and 1 reaches it
 */
export function detectableAccuracies({ low, high }: PredictionEnds, on: DetectableOn): PredictionEnds {
  return {
    low: low === null ? null : detectable(low, -1, on),
    high: high === null ? null : detectable(high, 1, on),
  };
}

function detectable(end: number, side: 1 | -1, { scale, images: n, expectedSd }: DetectableOn): number | null {
  const { forward, inverse, derivative } = scaleFunctions(scale);
  const isWhole = Number.isInteger(n);
  const needed = !isWhole ? end * n : side === 1 ? Math.floor(end * n) + 1 : Math.ceil(end * n) - 1;
  if (needed < 0 || needed > n) return null;
  const excess = (value: number) => {
    const mixture = { weights: ONE, means: Float64Array.of(value), sds: Float64Array.of(Math.max(expectedSd, 1e-6)) };
    const count = countOf(mixture, scale, n);
    const power = side === 1 ? countUpperTail(needed, count) : countLowerTail(needed, count);
    return normalQuantile(Math.min(1 - 1e-12, Math.max(1e-12, power))) - TARGET;
  };
  // Move half an image inside if the scale is infinite at 0 and 1
  const share = (needed + 0.5) / (n + 1);
  const start = forward(share);
  const noise = Math.hypot(derivative(share) * Math.sqrt((share * (1 - share)) / n), expectedSd);
  let [a, fa] = [start, excess(start)];
  let b = a - side * fa * noise;
  for (let step = 0; step < STEPS; step++) {
    const fb = excess(b);
    if (Math.abs(fb) < PRECISION) return inverse(b);
    const slope = (fb - fa) / (b - a);
    // The power increases toward the side; if it is flat, step by the noise
    const next = b - fb / (slope * side > 0.1 / noise ? slope : side / noise);
    [a, fa, b] = [b, fb, next];
  }
  // On the linear scale the search may leave [0, 1]: then no accuracy has this power
  const found = inverse(b);
  return found > 0 && found < 1 ? found : null;
}

const ONE = Float64Array.of(1);
const TARGET = normalQuantile(POWER);
