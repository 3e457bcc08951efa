import { regularizedIncompleteBeta } from "./incomplete-beta.ts";

/**
 * Computes P(X ≥ k) of a binomial distribution, exact up to rounding.
 *
 * @param n  trials
 * @param p  success probability of each trial, in [0, 1]
 * @see scipy.stats.binom.sf(k − 1, n, p)
 */
export function binomialUpperTail(k: number, n: number, p: number): number {
  if (k <= 0) return 1;
  if (k > n || p <= 0) return 0;
  if (p >= 1) return 1;
  return regularizedIncompleteBeta(k, n - k + 1, p);
}
