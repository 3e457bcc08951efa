import { lineAt } from "../../foundation/statistics/least-squares.ts";
import { estimateSe } from "../lines/corrected-line.ts";
import { scaleFunctions } from "../lines/fit-scale.ts";
import type { BaselineFit } from "./baseline-fit.ts";
import { predictAt } from "./prediction.ts";

/** The value of a line at one in-distribution accuracy, with its uncertainty. All numbers are accuracies, fractions. */
export interface LineBand {
  readonly expectedAccuracy: number;
  /** 95 % t interval of the line without the scatter of its points: the confidence band */
  readonly confidenceLow: number;
  readonly confidenceHigh: number;
  /**
   * 95 % interval of a further model of the line's kind, on as many images as the line's models: the prediction band
   */
  readonly predictionLow: number;
  readonly predictionHigh: number;
  /** whether the accuracy is outside those that the line was fitted on */
  readonly extrapolated: boolean;
}

/**
 * Computes a line with its pointwise bands at an in-distribution accuracy. The prediction for a specific checkpoint
 * differs if it has more or fewer images than the line's models, see `effectiveRobustness`.
 *
 * @param idAccuracy fraction, strictly between 0 and 1 on scales that are infinite there
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
