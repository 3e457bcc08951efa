import { betaQuantileLogit } from "./beta-quantile.ts";
import { regularizedIncompleteBeta } from "./incomplete-beta.ts";

/**
 * The probability that a Student t variable is at most t. For an upper tail ask for −t: small values keep all digits.
 *
 * @param t                any number, infinities included
 * @param degreesOfFreedom > 0
 * @throws RangeError if t is NaN or the degrees of freedom are not positive and finite
 * @see https://dlmf.nist.gov/8.17 and Abramowitz & Stegun 26.7.1
 */
export function studentTCdf(t: number, degreesOfFreedom: number): number {
  if (Number.isNaN(t)) throw new RangeError("expected a number for t, got NaN");
  checkDegrees(degreesOfFreedom);
  const ratio = (t / Math.sqrt(degreesOfFreedom)) ** 2;
  const x = 1 / (1 + ratio);
  const y = 1 / (1 + 1 / ratio);
  const tail = 0.5 * regularizedIncompleteBeta(degreesOfFreedom / 2, 0.5, x, y);
  return t <= 0 ? tail : 1 - tail;
}

/**
 * The quantile of Student's t distribution: the t that a variable stays at or below with probability p.
 *
 * @param p                in (0, 1)
 * @param degreesOfFreedom > 0
 * @throws RangeError outside these ranges
 */
export function studentTQuantile(p: number, degreesOfFreedom: number): number {
  if (!(p > 0 && p < 1)) throw new RangeError(`expected a probability in (0, 1), got ${p}`);
  checkDegrees(degreesOfFreedom);
  if (p > 0.5) return -studentTQuantile(1 - p, degreesOfFreedom);
  // t² is degreesOfFreedom (1 − x) / x where x has the two tails' probability
  const logit = betaQuantileLogit(2 * p, degreesOfFreedom / 2, 0.5);
  return -Math.sqrt(degreesOfFreedom) * Math.exp(-logit / 2);
}

function checkDegrees(degreesOfFreedom: number): void {
  if (!(degreesOfFreedom > 0 && degreesOfFreedom < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`expected positive, finite degrees of freedom, got ${degreesOfFreedom}`);
  }
}
