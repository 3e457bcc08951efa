import { normalQuantile } from "../../foundation/statistics/normal-distribution.ts";
import { countLowerTail, countUpperTail } from "../../foundation/statistics/uncertain-count.ts";
import { type FitScale, scaleFunctions } from "../lines/fit-scale.ts";
import { countOf, type PredictionEnds } from "./prediction.ts";

/** Probability with which a true distance must be called: as in comparisons of checkpoints. */
const POWER = 0.8;
/** Precision of the power. */
const PRECISION = 1e-4;
const STEPS = 40;

/** What a checkpoint is measured on. */
export interface DetectableOn {
  readonly scale: FitScale;
  /** images of the shift, or that a mean over sets is worth */
  readonly images: number;
  /** how far the finite images of x move what the line expects: a standard deviation on the scale */
  readonly expectedSd: number;
}

/**
 * The true accuracies of a checkpoint at which its measured accuracy, on so many images, is beyond an end with 80 % power: its images are
 * drawn anew on both axes, the line is given. The count needed is a whole one where the images are.
 *
 * @param ends measured accuracies beyond which the checkpoint is called below or above
 * @returns null on a side that has no end, or that no count of the images reaches, or no accuracy strictly between 0 and 1
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
  // Half an image inside, where the scale is infinite at 0 and 1
  const share = (needed + 0.5) / (n + 1);
  const start = forward(share);
  const noise = Math.hypot(derivative(share) * Math.sqrt((share * (1 - share)) / n), expectedSd);
  let [a, fa] = [start, excess(start)];
  let b = a - side * fa * noise;
  for (let step = 0; step < STEPS; step++) {
    const fb = excess(b);
    if (Math.abs(fb) < PRECISION) return inverse(b);
    const slope = (fb - fa) / (b - a);
    // The power rises towards the side; where it is flat, by the noise's
    const next = b - fb / (slope * side > 0.1 / noise ? slope : side / noise);
    [a, fa, b] = [b, fb, next];
  }
  // On the linear scale the search may leave what is an accuracy: then none has this power
  const found = inverse(b);
  return found > 0 && found < 1 ? found : null;
}

const ONE = Float64Array.of(1);
const TARGET = normalQuantile(POWER);
