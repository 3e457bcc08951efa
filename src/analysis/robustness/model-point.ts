import type { Interval } from "../../foundation/statistics/binomial-interval.ts";
import type { PointOutcomes } from "../lines/shared-noise.ts";

/** A model's place in the scatter plot: accuracies are fractions in [0, 1]. */
export interface ModelPoint {
  readonly model: string;
  /** in-distribution accuracy, the x axis */
  readonly idAccuracy: number;
  /** accuracy under the shift, the y axis */
  readonly accuracy: number;
  /** images behind `idAccuracy`; unknown where absent */
  readonly idImages?: number | null;
  /** images behind `accuracy`; unknown where absent */
  readonly images?: number | null;
  /** 95 % interval of `accuracy` from its finite images, where it is not one fraction of `images`: a mean over sets */
  readonly bounds?: Interval | null;
  /** which images are right, where that is known of both accuracies; `idImages` and `images` are effective numbers then */
  readonly outcomes?: PointOutcomes;
}
