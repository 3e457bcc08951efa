import { InputError } from "../../foundation/errors.ts";
import { largest, smallest } from "../../foundation/math/extremes.ts";
import { studentTQuantile } from "../../foundation/statistics/student-t.ts";
import { correctLine, type LineEstimate, LOW_RELIABILITY } from "../lines/corrected-line.ts";
import { type FitScale, scaleFunctions } from "../lines/fit-scale.ts";
import { fitByBinomial } from "./fit-by-binomial.ts";
import { fitByLeastSquares } from "./fit-by-least-squares.ts";
import type { FittedLine } from "./fitted-line.ts";
import { checkPoint, imagesWorth, type ModelPoint } from "./model-point.ts";

/**
 * The method of fitting a line: unweighted least squares on the scale, the field's convention; or maximum likelihood of
 * the numbers of correct images with logit-normal scatter, which keeps accuracies of 0 and 1 and weights models by
 * their images.
 */
export type LineKind = "least-squares" | "binomial";

export const LINE_KINDS: readonly LineKind[] = ["least-squares", "binomial"];

/** The line of a baseline, on its scale. */
export interface BaselineFit extends FittedLine {
  /** how the line was fitted */
  readonly line: LineKind;
  /** scale of both axes on which the line is straight */
  readonly scale: FitScale;
  /** lowest in-distribution accuracy of the models fitted, a fraction */
  readonly idMin: number;
  /** highest in-distribution accuracy of the models fitted, a fraction */
  readonly idMax: number;
  /** the t quantile of a two-sided 95 % interval with n − 2 degrees of freedom */
  readonly tQuantile: number;
  /**
   * harmonic mean of the images behind the models' accuracies under the shift, which gives their mean noise; null: not
   * known
   */
  readonly images: number | null;
  /** the same for the in-distribution accuracies */
  readonly idImages: number | null;
  /** the line through the true x; null if the reliability is not known, or too low for a correction */
  readonly corrected: LineEstimate | null;
}

/** Options of `fitBaseline`. */
export interface BaselineFitOptions {
  /** default: logit */
  readonly scale?: FitScale;
  /** default: least-squares */
  readonly line?: LineKind;
}

/**
 * Fits the line of a baseline: accuracy under a shift against in-distribution accuracy, both on a scale on which the
 * relation is linear. Least squares on `logit` and `probit` drops models with an accuracy of exactly 0 or 1 and lists
 * them in `dropped`; a binomial line keeps them.
 *
 * @param points one per model
 * @returns the line: slope and intercept on the scale of the fit, its models, and `dropped`
 * @throws InputError with fewer than three models, with equal in-distribution accuracies, or for an accuracy outside
 *   [0, 1]; for a binomial line also on a scale other than logit, or if a number of images is not known
 * @see R. Taori et al., Measuring robustness to natural distribution shifts in image classification, 2020
 */
export function fitBaseline(points: readonly ModelPoint[], options: BaselineFitOptions = {}): BaselineFit {
  const { scale = "logit", line = "least-squares" } = options;
  const functions = scaleFunctions(scale);
  for (const point of points) checkPoint(point);
  if (line === "binomial" && scale !== "logit") {
    throw new InputError(`a binomial line is on the logit scale, got ${scale}`);
  }
  const fitted = line === "binomial" ? fitByBinomial(points, functions) : fitByLeastSquares(points, functions);
  const ids = fitted.models.map((point) => point.idAccuracy);
  const { reliability, precision, xSumOfSquares } = fitted;
  return {
    ...fitted,
    line,
    scale,
    idMin: smallest(ids),
    idMax: largest(ids),
    images: harmonicMean(fitted.models.map(imagesWorth)),
    idImages: harmonicMean(fitted.models.map(({ idImages }) => idImages ?? null)),
    tQuantile: -studentTQuantile(0.025, fitted.n - 2),
    corrected: reliability === null ? null : correctLine(fitted, precision ?? fitted, xSumOfSquares, reliability),
  };
}

function harmonicMean(values: readonly (number | null)[]): number | null {
  let sum = 0;
  for (const value of values) {
    if (value === null) return null;
    sum += 1 / value;
  }
  return values.length / sum;
}

/**
 * Returns the line that intervals are based on: the corrected line, even if x is reliable, because with many models
 * even a slight flattening of the plain line is significant; the plain line if the images of x are not known; null if x
 * is too unreliable for a correction.
 */
export function intervalLine(fit: BaselineFit): LineEstimate | null {
  return fit.reliability === null ? fit : fit.corrected;
}

/** Returns whether errors in x make the line noticeably flatter than the true line. */
export function isUnreliable({ reliability }: Pick<BaselineFit, "reliability">): boolean {
  return reliability !== null && reliability < LOW_RELIABILITY;
}
