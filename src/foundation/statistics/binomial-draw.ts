import { normalCdf } from "./normal-distribution.ts";

/**
 * If the variance of the count is at least this, the Cornish-Fisher expansion is within 0.002 of the distribution
 * function.
 */
const EXPANDED_FROM = 12;

/**
 * Returns the binomial count at the quantile of a standard normal z: correlated z give correlated counts (a Gaussian
 * copula). Exact by inversion while the variance is small, else by the Cornish-Fisher expansion.
 *
 * @param z any number
 * @param n whole, ≥ 1
 * @param p in [0, 1]
 * @see E. A. Cornish & R. A. Fisher, Revue de l'Institut International de Statistique 5, 1938
 */
export function binomialAtNormal(z: number, n: number, p: number): number {
  if (p > 0.5) return n - binomialAtNormal(-z, n, 1 - p);
  const variance = n * p * (1 - p);
  if (variance >= EXPANDED_FROM) {
    const sd = Math.sqrt(variance);
    const skewness = (1 - 2 * p) / sd;
    const kurtosis = (1 - 6 * p * (1 - p)) / variance;
    const z2 = z * z;
    const expanded =
      z + (skewness * (z2 - 1)) / 6 + (kurtosis * z * (z2 - 3)) / 24 - (skewness * skewness * z * (2 * z2 - 5)) / 36;
    return Math.min(n, Math.max(0, Math.round(n * p + sd * expanded)));
  }
  if (p === 0) return 0;
  const target = normalCdf(z);
  const odds = p / (1 - p);
  let probability = Math.exp(n * Math.log1p(-p));
  let cumulated = probability;
  let k = 0;
  while (cumulated < target && k < n) {
    probability *= ((n - k) / (k + 1)) * odds;
    k++;
    cumulated += probability;
    if (probability < 1e-18 && k > n * p) break; // the rest is rounding error
  }
  return k;
}
