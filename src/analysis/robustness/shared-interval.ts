import type { Interval } from "../../foundation/statistics/binomial-interval.ts";
import { Z95 } from "../../foundation/statistics/normal-distribution.ts";
import { studentTQuantile } from "../../foundation/statistics/student-t.ts";
import type { ScaleFunctions } from "../lines/fit-scale.ts";
import type { SharedError } from "./shared-error.ts";

/**
 * Computes the 95 % interval of a model's effective robustness if its errors are partly those of the line's models.
 * Parts are combined by their distances to their bounds, as for independent parts, with their covariances.
 *
 * @param accuracy of the model
 * @param place the model's x on the scale
 * @param sampling 95 % interval of the accuracy, from its finite images
 * @param id the same for x
 * @see G. Y. Zou, Toward using confidence intervals to compare correlations, Psychological Methods 12, 2007, for the
 *   combination of dependent parts
 */
export function sharedInterval(
  accuracy: number,
  place: number,
  sampling: Interval,
  id: Interval,
  error: SharedError,
  { forward, inverse }: ScaleFunctions,
): Interval {
  const { expected, slope, lineVariance, xVariance, yVariance, xLine, yLine, yx, degreesOfFreedom } = error;
  const onLine = inverse(expected);
  const ofLine = Z95 * Math.sqrt(lineVariance);
  const withX = correlation(xLine, xVariance, lineVariance);
  const expectedVariance = xVariance + lineVariance + 2 * xLine;
  const withY = correlation(yLine + yx, yVariance, expectedVariance);
  const ends = [slope * (forward(id.low) - place), slope * (forward(id.high) - place)];
  const below = expected - joined(ofLine, -Math.min(...ends), withX);
  const above = expected + joined(ofLine, Math.max(...ends), withX);
  const stretch = studentTQuantile(0.975, degreesOfFreedom) / Z95;
  const difference = accuracy - onLine;
  return {
    low: difference - stretch * joined(accuracy - sampling.low, inverse(above) - onLine, -withY),
    high: difference + stretch * joined(sampling.high - accuracy, onLine - inverse(below), -withY),
  };
}

function correlation(covariance: number, a: number, b: number): number {
  const product = a * b;
  return product > 0 ? Math.max(-1, Math.min(1, covariance / Math.sqrt(product))) : 0;
}

/** Computes the distance of a sum from its bound from those of two parts. */
function joined(a: number, b: number, correlation: number): number {
  return Math.sqrt(Math.max(0, a * a + b * b + 2 * correlation * a * b));
}
