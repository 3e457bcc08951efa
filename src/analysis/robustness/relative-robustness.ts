import { InputError } from "../../foundation/errors.ts";
import { samplingInterval } from "./effective-robustness.ts";
import type { ModelPoint } from "./model-point.ts";

/** A model's gain over a reference under a shift. All numbers are fractions of 1. */
export interface RelativeRobustness {
  /** name of the model */
  readonly model: string;
  /** name of the model it is compared with */
  readonly reference: string;
  /** in-distribution accuracy minus the reference's */
  readonly idDifference: number;
  /** accuracy under the shift minus the reference's: relative robustness */
  readonly relativeRobustness: number;
  /** 95 % interval that assumes different images: too wide if both saw the same; null: images not known */
  readonly low: number | null;
  /** upper end of the interval, see `low` */
  readonly high: number | null;
}

/**
 * Computes relative robustness: how much better than a reference a model is under a shift. If it is positive but
 * effective robustness is not, the model is better only because it is better everywhere.
 *
 * @param point     the model, accuracies as fractions in [0, 1]
 * @param reference the model to compare with, for example the same model before fine-tuning
 * @throws InputError if both points are of the same model
 * @see R. Taori et al. 2020, section 2
 */
export function relativeRobustness(point: ModelPoint, reference: ModelPoint): RelativeRobustness {
  if (point.model === reference.model) throw new InputError(`${point.model}: cannot be its own reference`);
  const difference = point.accuracy - reference.accuracy;
  const [pointBounds, referenceBounds] = [samplingInterval(point), samplingInterval(reference)];
  const known = pointBounds !== null && referenceBounds !== null;
  return {
    model: point.model,
    reference: reference.model,
    idDifference: point.idAccuracy - reference.idAccuracy,
    relativeRobustness: difference,
    low: known
      ? difference - Math.hypot(point.accuracy - pointBounds.low, referenceBounds.high - reference.accuracy)
      : null,
    high: known
      ? difference + Math.hypot(pointBounds.high - point.accuracy, reference.accuracy - referenceBounds.low)
      : null,
  };
}
