import { logBetaPower } from "./incomplete-beta.ts";
import { tabulatedNormalCdf } from "./normal-distribution.ts";
import type { NormalMixture } from "./normal-mixture.ts";

/**
 * The distribution of a count whose success probability is uncertain: K ~ Bin(n, p), where p has a distribution. With a
 * logit-normal p it is the logit-normal binomial distribution.
 */
export interface UncertainCount {
  /** trials, > 0; need not be whole: an effective number */
  readonly n: number;
  /** P(ln(p / (1 − p)) ≤ u) */
  readonly below: (u: number) => number;
  /** P(ln(p / (1 − p)) ≥ u), accurate where it is small */
  readonly above: (u: number) => number;
  /** approximately the smallest scale in u on which these two functions bend: the grid is finer */
  readonly resolution: number;
  /** the distribution of ln(p / (1 − p)) where it is such a mixture, which makes large counts fast */
  readonly logits: NormalMixture | null;
}

/** With at least this many successes and failures, the first skewness correction of a count suffices. */
export const LARGE_COUNT = 150;

/**
 * Maximum number of grid points. A resolution that would need more is followed only down to a 30th of the binomial
 * noise.
 */
const MAX_POINTS = 480;
/** The density of ln(p / (1 − p)) is omitted where it is below e^−24 of its maximum. */
const LOG_LEFT_OUT = 24;

/**
 * Computes P(K ≤ k). For a given p it is P(B ≥ p), B ~ Beta(k + 1, n − k), so it is the mean of P(p ≤ B). The
 * trapezoidal rule over ln(B / (1 − B)) converges fast because both functions are smooth.
 *
 * @param k from 0 to n; between whole numbers by the same formula, linear within 1 of n
 * @see Abramowitz & Stegun 26.5.24 for the binomial tail as an incomplete beta function
 */
export function countLowerTail(k: number, { n, below, resolution, logits }: UncertainCount): number {
  if (k < 0) return 0;
  if (k >= n) return 1;
  if (logits !== null && Math.min(k, n - k) >= LARGE_COUNT) return largeCountTail(k + 1, n - k, 1, logits);
  const last = n - 1; // for a beta distribution whose shapes are at least 1
  if (k > last && last > 0) return 1 - (n - k) * (1 - meanOverBeta(n, 1, below, resolution));
  return meanOverBeta(k + 1, Math.max(1, n - k), below, resolution);
}

/** Computes P(K ≥ k), see {@link countLowerTail}; linear in k below 1. */
export function countUpperTail(k: number, { n, above, resolution, logits }: UncertainCount): number {
  if (k <= 0) return 1;
  if (k > n) return 0;
  if (logits !== null && Math.min(k, n - k) >= LARGE_COUNT) return largeCountTail(k, n - k + 1, -1, logits);
  if (k < 1 && n > 1) return 1 - k * (1 - meanOverBeta(1, n, above, resolution));
  return meanOverBeta(Math.max(1, k), n - k + 1, above, resolution);
}

/**
 * Computes the same mean for large shapes, where ln(B / (1 − B)) is nearly normal, from its first three cumulants
 * (those of a difference of two log-gamma variables) and the first term of Edgeworth's series. Within 2e-4 of the
 * integral from 150 on.
 *
 * @param side 1: P(p ≤ B), −1: P(p ≥ B)
 */
function largeCountTail(a: number, b: number, side: 1 | -1, { weights, means, sds }: NormalMixture): number {
  const mean = Math.log(a / b) - 0.5 * (1 / a - 1 / b) - (1 / a ** 2 - 1 / b ** 2) / 12;
  const variance = 1 / a + 1 / b + 0.5 * (1 / a ** 2 + 1 / b ** 2);
  const third = 1 / b ** 2 - 1 / a ** 2;
  let sum = 0;
  for (let j = 0; j < weights.length; j++) {
    const sd = Math.sqrt(variance + (sds[j] as number) ** 2);
    const z = (side * (mean - (means[j] as number))) / sd;
    const tail = tabulatedNormalCdf(z);
    const skew = (side * third * (z * z - 1) * Math.exp(-0.5 * z * z)) / (6 * sd ** 3 * Math.sqrt(2 * Math.PI));
    sum += (weights[j] as number) * Math.min(1, Math.max(tail / 2, tail + skew));
  }
  return sum;
}

function meanOverBeta(a: number, b: number, of: (u: number) => number, resolution: number): number {
  const sd = Math.sqrt(1 / a + 1 / b);
  const [left, right] = [reach(a, sd), reach(b, sd)];
  const finest = Math.max(0.7 * Math.min(sd, resolution), (left + right) / MAX_POINTS);
  const step = 2 ** Math.floor(Math.log2(finest)); // the same u for different counts: callers may cache values of `of`
  const mode = Math.log(a / b);
  let [sum, total] = [0, 0];
  for (let i = Math.ceil((mode - left) / step); i * step <= mode + right; i++) {
    const u = i * step;
    const density = Math.exp(logBetaPower(a, b, 1 / (1 + Math.exp(-u)), 1 / (1 + Math.exp(u))));
    total += density;
    sum += density * of(u);
  }
  return sum / total;
}

/**
 * Distance from the mode that the density reaches: at least that of a normal density, at most that of an exponential
 * tail of rate `shape`.
 */
function reach(shape: number, sd: number): number {
  return Math.sqrt(2 * LOG_LEFT_OUT) * sd + LOG_LEFT_OUT / shape;
}
