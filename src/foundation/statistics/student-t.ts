import { betaQuantileLogit } from "./beta-quantile.ts";
import { regularizedIncompleteBeta } from "./incomplete-beta.ts";

/**
 * Computes the quantile of Student's t distribution: the t that a variable stays at or below with probability p.
 *
 * @param p                in (0, 1)
 * @param degreesOfFreedom > 0
 * @throws RangeError outside these ranges
 * @see Abramowitz & Stegun 26.7.1, inverted
 */
export function studentTQuantile(p: number, degreesOfFreedom: number): number {
  if (!(p > 0 && p < 1)) throw new RangeError(`expected a probability in (0, 1), got ${p}`);
  if (!(degreesOfFreedom > 0 && degreesOfFreedom < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`expected positive, finite degrees of freedom, got ${degreesOfFreedom}`);
  }
  if (p > 0.5) return -studentTQuantile(1 - p, degreesOfFreedom);
  // t² is degreesOfFreedom (1 − x) / x where x has the two-tailed probability
  const logit = betaQuantileLogit(2 * p, degreesOfFreedom / 2, 0.5);
  return -Math.sqrt(degreesOfFreedom) * Math.exp(-logit / 2);
}

/**
 * Computes the probability that Student's t is at least as far from 0 as `t`, in either direction.
 *
 * @param degreesOfFreedom > 0
 * @throws RangeError if it is not
 * @see Abramowitz & Stegun 26.7.1
 */
export function studentTTwoSided(t: number, degreesOfFreedom: number): number {
  if (!(degreesOfFreedom > 0 && degreesOfFreedom < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`expected positive, finite degrees of freedom, got ${degreesOfFreedom}`);
  }
  const square = t * t;
  const total = degreesOfFreedom + square;
  return regularizedIncompleteBeta(degreesOfFreedom / 2, 0.5, degreesOfFreedom / total, square / total);
}
