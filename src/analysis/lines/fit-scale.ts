import { InputError } from "../../foundation/errors.ts";
import { inverseLogit, logit } from "../../foundation/statistics/logit.ts";
import { normalCdf, normalQuantile } from "../../foundation/statistics/normal-distribution.ts";

/** Scales on which accuracies under shift may be fitted as a line of in-distribution accuracies. */
export type FitScale = "logit" | "probit" | "linear";

/** A scale's two directions: accuracy → number, number → accuracy. */
export interface ScaleFunctions {
  /** @param accuracy strictly between 0 and 1, on `linear` from 0 to 1 */
  readonly forward: (accuracy: number) => number;
  readonly inverse: (value: number) => number;
  /**
   * derivative of `forward` at an accuracy strictly between 0 and 1: converts a small error of accuracy to the scale
   */
  readonly derivative: (accuracy: number) => number;
  /** whether 0 and 1 are infinite on this scale, so that no line can be fitted through them */
  readonly endless: boolean;
}

const SCALES: Readonly<Record<FitScale, ScaleFunctions>> = {
  logit: { forward: logit, inverse: inverseLogit, derivative: (p) => 1 / (p * (1 - p)), endless: true },
  probit: {
    forward: normalQuantile,
    inverse: normalCdf,
    derivative: (p) => 1 / normalDensity(normalQuantile(p)),
    endless: true,
  },
  linear: { forward: (accuracy) => accuracy, inverse: (value) => value, derivative: () => 1, endless: false },
};

function normalDensity(z: number): number {
  return Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);
}

export const FIT_SCALES = Object.keys(SCALES) as readonly FitScale[];

/** @throws InputError for an unknown scale, listing the known scales */
export function scaleFunctions(scale: FitScale): ScaleFunctions {
  if (!Object.hasOwn(SCALES, scale)) {
    throw new InputError(`unknown scale "${scale}"; known: ${FIT_SCALES.join(", ")}`);
  }
  return SCALES[scale];
}
