import type { LineEstimate, LinePrecision } from "../lines/corrected-line.ts";
import type { LinePosterior } from "../lines/line-posterior.ts";
import type { ModelPoint } from "./model-point.ts";

/** The result of any fitting method: slope, intercept and their standard errors are on the scale. */
export interface FittedLine extends LineEstimate {
  /** Σ (x − mean)² of the models on the scale */
  readonly xSumOfSquares: number;
  /** smallest x of the models on the scale */
  readonly xMin: number;
  /** largest x of the models on the scale */
  readonly xMax: number;
  /** share of y's variance that the line explains; null for a binomial line */
  readonly r2: number | null;
  /**
   * standard deviation of the residuals with n − 2 degrees of freedom, including the noise of images; null for a
   * binomial line
   */
  readonly residualSd: number | null;
  /** standard deviation of the models about the line beyond the noise of their finite images; null: images not known */
  readonly scatterSd: number | null;
  /** share of the variance of x, with the line's weights, that finite images do not explain; null: images not known */
  readonly reliability: number | null;
  /** precision of the line, given the noise of each model; null: images not known */
  readonly precision: LinePrecision | null;
  /** posterior of line and scatter, for predictions; null: images not known */
  readonly posterior: LinePosterior | null;
  /** the fitted models, as given */
  readonly models: readonly ModelPoint[];
  /** models left out because an accuracy is exactly 0 or 1, at which logit and probit are infinite */
  readonly dropped: readonly string[];
  /** models whose x of exactly 0 or 1 was moved half an image inside */
  readonly moved: readonly string[];
}
