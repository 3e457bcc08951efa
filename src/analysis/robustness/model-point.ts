import { InputError } from "../../foundation/errors.ts";
import type { Interval } from "../../foundation/statistics/binomial-interval.ts";
import { Z95 } from "../../foundation/statistics/normal-distribution.ts";
import type { PointOutcomes } from "../lines/shared-noise.ts";

/** A model's position in the scatter plot: accuracies are fractions in [0, 1]. */
export interface ModelPoint {
  /** name of the model */
  readonly model: string;
  /** in-distribution accuracy, the x axis */
  readonly idAccuracy: number;
  /** accuracy under the shift, the y axis */
  readonly accuracy: number;
  /** images behind `idAccuracy`; unknown where absent */
  readonly idImages?: number | null;
  /** images behind `accuracy`; unknown where absent */
  readonly images?: number | null;
  /** 95 % interval of `accuracy` from its finite images, if it is a mean over sets instead of a fraction of `images` */
  readonly bounds?: Interval | null;
  /** effective number of images of such a mean: accuracy (1 − accuracy) / variance; default: computed from `bounds` */
  readonly effectiveImages?: number | null;
  /** which images are correct, if known for both accuracies; `idImages` and `images` are effective numbers then */
  readonly outcomes?: PointOutcomes;
}

/** Returns the effective number of images of the accuracy under the shift; null if not known. */
export function imagesWorth({ accuracy, images, bounds, effectiveImages }: ModelPoint): number | null {
  if (effectiveImages != null) return effectiveImages;
  if (bounds == null) return images ?? null;
  const sd = (bounds.high - bounds.low) / (2 * Z95);
  return accuracy > 0 && accuracy < 1 && sd > 0 ? (accuracy * (1 - accuracy)) / sd ** 2 : null;
}

/** Returns whether an accuracy is exactly 0 or 1: infinite on the logit and probit scales. */
export function isEnd(accuracy: number): boolean {
  return accuracy === 0 || accuracy === 1;
}

/** @throws InputError unless both accuracies are fractions */
export function checkPoint({ model, idAccuracy, accuracy }: ModelPoint): void {
  for (const value of [idAccuracy, accuracy]) {
    if (value >= 0 && value <= 1) continue;
    throw new InputError(`${model}: expected accuracies as fractions in [0, 1], got ${value}`);
  }
}
