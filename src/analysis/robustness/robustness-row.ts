import type { RowDoubt } from "../../evaluation/results/accuracy-row.ts";
import type { FitScale } from "../lines/fit-scale.ts";
import type { LineKind } from "./baseline-fit.ts";
import type { EffectiveRobustness } from "./effective-robustness.ts";
import type { LineKey } from "./line-key.ts";

/**
 * The verdict on a checkpoint's distance from a line:
 * - `above`, `below`: outside the 95 % prediction band, after Holm's adjustment over all tested rows of the inputs;
 * - `within`: inside that band;
 * - `extrapolated`: the checkpoint is outside the in-distribution accuracies that the line was fitted on;
 * - `in-baseline`: the checkpoint is one of the line's models by name, so its distance is a residual;
 * - `not-ranked`: the published row is doubtful or repeats another;
 * - `not-tested`: the mean of the shifts' distances, which has no line; a line whose models are exactly on it; an
 *   accuracy of 0 or 1 on an unknown number of images.
 */
export type Verdict = "above" | "below" | "within" | "extrapolated" | "in-baseline" | "not-ranked" | "not-tested";

/** `benchmark` of the mean of the shifts' effective robustness values, each from the line of its shift. */
export const MEAN_OF_SHIFTS = "mean-of-shifts";

/** A checkpoint's position relative to a line of the baseline. */
export interface RobustnessRow
  extends LineKey,
    Omit<
      EffectiveRobustness,
      "model" | "predictionLow" | "predictionHigh" | "predictionP" | "predictionEnds" | "detectable"
    > {
  /** name of the checkpoint */
  readonly checkpoint: string;
  /** scale of the line */
  readonly scale: FitScale;
  /** how the line was fitted */
  readonly line: LineKind;
  /** id of the baseline */
  readonly baseline: string;
  /** group of the baseline's models that the line is of, "" for all */
  readonly group: string;
  /** null for the mean of the shifts, which has no line */
  readonly predictionLow: number | null;
  /** upper end of the prediction interval, see `predictionLow` */
  readonly predictionHigh: number | null;
  /** for a new model of the baseline's kind, see `EffectiveRobustness`; also null for the mean of the shifts */
  readonly predictionP: number | null;
  /** the same after Holm's adjustment over all tested rows of the inputs; null if the row was not tested */
  readonly predictionPHolm: number | null;
  /**
   * effective robustness beyond which the verdict is below or above regardless of the other rows: the ends of the
   * prediction band at Holm's first step. null if no accuracy is that far, or the row was not tested
   */
  readonly decisionLow: number | null;
  /** upper end, see `decisionLow` */
  readonly decisionHigh: number | null;
  /**
   * minimum detectable effective robustness: the true values nearest to 0 that this number of images shows at Holm's
   * first step with 80 % power. null if there are none, the row was not tested, or the images are not known
   */
  readonly detectableLow: number | null;
  /** upper end, see `detectableLow` */
  readonly detectableHigh: number | null;
  /** what can be concluded about the distance from the line */
  readonly verdict: Verdict;
  /** why it is not ranked; absent unless the checkpoint's accuracies are doubtful or a repetition */
  readonly doubt?: RowDoubt;
}
