import { lineAt } from "../../foundation/statistics/least-squares.ts";
import { estimateSe } from "../lines/corrected-line.ts";
import { scaleFunctions } from "../lines/fit-scale.ts";
import type { BaselineFit } from "./baseline-fit.ts";
import { predictAt } from "./prediction.ts";

/** What a line says at one in-distribution accuracy, and how surely. All numbers are accuracies, fractions. */
export interface LineBand {
  readonly expectedAccuracy: number;
  /** 95 % t interval of the line itself, its points' scatter left out: the confidence band */
  readonly confidenceLow: number;
  readonly confidenceHigh: number;
  /** 95 % interval of one more model of the line's kind, on images as many as theirs: the prediction band */
  readonly predictionLow: number;
  readonly predictionHigh: number;
  /** whether the accuracy is outside those the line was fitted on */
  readonly extrapolated: boolean;
}

/**
 * A line with its bands at an in-distribution accuracy, pointwise. The prediction of a certain checkpoint is another one
 * where it has more or fewer images than the line's models, see `effectiveRobustness`.
 *
 * @param idAccuracy fraction, strictly between 0 and 1 on scales where these are infinite
 * @throws RangeError at 0 and 1 on such a scale
 */
export function lineBand(fit: BaselineFit, idAccuracy: number): LineBand {
  const { forward, inverse } = scaleFunctions(fit.scale);
  const x = forward(idAccuracy);
  const y = lineAt(fit, x);
  const confidence = fit.tQuantile * estimateSe(fit, x);
  const prediction = predictAt(fit, idAccuracy, { images: null, idImages: null }).interval;
  return {
    expectedAccuracy: inverse(y),
    confidenceLow: inverse(y - confidence),
    confidenceHigh: inverse(y + confidence),
    predictionLow: prediction.low,
    predictionHigh: prediction.high,
    extrapolated: idAccuracy < fit.idMin || idAccuracy > fit.idMax,
  };
}
