import { regularizedIncompleteBeta } from "./incomplete-beta.ts";

/**
 * Computes the probability that an F variable is at least f: the p-value of an analysis of variance or covariance.
 *
 * @param f           ≥ 0, may be infinite
 * @param numerator   degrees of freedom of the numerator, > 0
 * @param denominator degrees of freedom of the denominator, > 0
 * @throws RangeError outside these ranges
 * @see Abramowitz & Stegun 26.6.2
 */
export function fUpperTail(f: number, numerator: number, denominator: number): number {
  if (!(f >= 0)) throw new RangeError(`expected f ≥ 0, got ${f}`);
  const ratio = (numerator / denominator) * f;
  return regularizedIncompleteBeta(denominator / 2, numerator / 2, 1 / (1 + ratio), 1 / (1 + 1 / ratio));
}
