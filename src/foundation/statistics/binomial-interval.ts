import { betaQuantile } from "./beta-quantile.ts";

/** Bounds of a fraction: 0 ≤ low ≤ high ≤ 1. */
export interface Interval {
  /** lower end, a fraction */
  readonly low: number;
  /** upper end, a fraction */
  readonly high: number;
}

/**
 * Computes the Clopper-Pearson ("exact") two-sided interval of a fraction, which covers the true fraction with at least
 * the requested confidence, for every value of that fraction. The bounds are quantiles of beta distributions; low is 0 without
 * successes, high is 1 without failures.
 *
 * @param successes  0 ≤ successes ≤ trials
 * @param trials     > 0
 * @param confidence in (0, 1)
 * @throws RangeError unless the counts are whole and in range
 * @see C. J. Clopper & E. S. Pearson, Biometrika 26, 1934; scipy.stats.beta.ppf is the oracle
 */
export function binomialInterval(successes: number, trials: number, confidence = 0.95): Interval {
  if (!Number.isSafeInteger(successes) || !Number.isSafeInteger(trials)) {
    throw new RangeError(`expected whole numbers of successes and trials, got ${successes} of ${trials}`);
  }
  return betaInterval(successes, trials, confidence);
}

/**
 * Applies the same formula to successes and trials that need not be whole: an effective sample size, see
 * `stratifiedInterval`.
 *
 * @throws RangeError if trials is not above 0, successes are outside 0..trials or the confidence is outside (0, 1)
 */
export function betaInterval(successes: number, trials: number, confidence: number): Interval {
  if (!(trials > 0 && trials < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`an interval needs at least one trial, got ${trials}`);
  }
  if (!(successes >= 0 && successes <= trials)) {
    throw new RangeError(`expected successes in 0..${trials}, got ${successes}`);
  }
  if (!(confidence > 0 && confidence < 1)) {
    throw new RangeError(`expected a confidence in (0, 1), got ${confidence}`);
  }
  const tail = (1 - confidence) / 2;
  const failures = trials - successes;
  return {
    low: successes === 0 ? 0 : betaQuantile(tail, successes, failures + 1),
    high: failures === 0 ? 1 : betaQuantile(1 - tail, successes + 1, failures),
  };
}
