import type { RowDoubt } from "../../evaluation/results/accuracy-row.ts";
import type { FitScale } from "../lines/fit-scale.ts";
import type { LineKind } from "./baseline-fit.ts";
import type { EffectiveRobustness } from "./effective-robustness.ts";
import type { LineKey } from "./line-key.ts";

/**
 * What can be said of a checkpoint's distance from a line:
 * - `above`, `below`: outside the 95 % prediction band, after Holm's adjustment over all tested rows of the inputs;
 * - `within`: a new model of the baseline's kind could lie there;
 * - `extrapolated`: the line was fitted on other in-distribution accuracies, so it says nothing here;
 * - `in-baseline`: the checkpoint is by its name one of the line's models, its distance a residual;
 * - `not-ranked`: the published row is doubtful or repeats another;
 * - `not-tested`: the mean of the shifts' distances, which has no line; a line whose models lie on it exactly; an accuracy of
 *   0 or 1 of an unknown number of images.
 */
export type Verdict = "above" | "below" | "within" | "extrapolated" | "in-baseline" | "not-ranked" | "not-tested";

/** `benchmark` of the mean of the shifts' effective robustness values, each from its own line. */
export const MEAN_OF_SHIFTS = "mean-of-shifts";

/** A checkpoint's place beside a line of the baseline. */
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
  /** null for the mean of the shifts, which has no line of its own */
  readonly predictionLow: number | null;
  /** upper end of the prediction interval, see `predictionLow` */
  readonly predictionHigh: number | null;
  /** of a new model of the baseline's kind, see `EffectiveRobustness`; null for the mean of the shifts too */
  readonly predictionP: number | null;
  /** the same after Holm's adjustment over all tested rows of the inputs; null where the row was not tested */
  readonly predictionPHolm: number | null;
  /**
   * effective robustness beyond which the row is called below or above whatever the others show: the ends of the prediction
   * band at Holm's first step. null where no accuracy is so far, or the row was not tested
   */
  readonly decisionLow: number | null;
  /** upper end, see `decisionLow` */
  readonly decisionHigh: number | null;
  /**
   * minimum detectable effective robustness: the true ones nearest to 0 that so many images show at Holm's first step with 80 %
   * power. null where there are none, the row was not tested, or the images are not known
   */
  readonly detectableLow: number | null;
  /** upper end, see `detectableLow` */
  readonly detectableHigh: number | null;
  /** what can be concluded about the distance from the line */
  readonly verdict: Verdict;
  /** why it is not ranked, absent where nothing makes the checkpoint's accuracies doubtful or a repetition */
  readonly doubt?: RowDoubt;
}
