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
  /** 95 % interval as if the two had seen different images: too wide where they saw the same; null: images not known */
  readonly low: number | null;
  /** upper end of the interval, see `low` */
  readonly high: number | null;
}

/**
 * Relative robustness: how much better than a reference a model is under a shift. Positive while effective robustness is
 * not, it is better only by being better everywhere.
 *
 * @throws InputError if the two points are of one model
 * @see R. Taori et al. 2020, section 2
 */
export function relativeRobustness(point: ModelPoint, reference: ModelPoint): RelativeRobustness {
  if (point.model === reference.model) throw new InputError(`${point.model}: cannot be its own reference`);
  const difference = point.accuracy - reference.accuracy;
  const [own, other] = [samplingInterval(point), samplingInterval(reference)];
  const known = own !== null && other !== null;
  return {
    model: point.model,
    reference: reference.model,
    idDifference: point.idAccuracy - reference.idAccuracy,
    relativeRobustness: difference,
    low: known ? difference - Math.hypot(point.accuracy - own.low, other.high - reference.accuracy) : null,
    high: known ? difference + Math.hypot(own.high - point.accuracy, reference.accuracy - other.low) : null,
  };
}
