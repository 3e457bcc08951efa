import type { LineEstimate, LinePrecision } from "../lines/corrected-line.ts";
import type { LinePosterior } from "../lines/line-posterior.ts";
import type { ModelPoint } from "./model-point.ts";

/** What each way of fitting gives: slope, intercept and their standard errors are on the scale. */
export interface FittedLine extends LineEstimate {
  /** Σ (x − mean)² of the models on the scale */
  readonly xSumOfSquares: number;
  /** smallest x of the models on the scale */
  readonly xMin: number;
  /** largest x of the models on the scale */
  readonly xMax: number;
  /** share of y's variance that the line explains; null of a binomial line */
  readonly r2: number | null;
  /** standard deviation of the residuals with n − 2 degrees of freedom, images' noise included; null of a binomial line */
  readonly residualSd: number | null;
  /** standard deviation of the models about the line beyond the noise of their finite images; null: images not known */
  readonly scatterSd: number | null;
  /** share of the variance of x, as the line weighs its models, that finite images do not explain; null: images not known */
  readonly reliability: number | null;
  /** how surely the line is known where each model's noise is; null: images not known */
  readonly precision: LinePrecision | null;
  /** what is known of line and scatter, for predictions; null: images not known */
  readonly posterior: LinePosterior | null;
  /** the models fitted, as given */
  readonly models: readonly ModelPoint[];
  /** models left out because an accuracy is exactly 0 or 1, where logit and probit are infinite */
  readonly dropped: readonly string[];
  /** models whose x of exactly 0 or 1 was moved half an image inside */
  readonly moved: readonly string[];
}
