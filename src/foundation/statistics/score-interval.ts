import type { Interval } from "./binomial-interval.ts";
import { normalQuantile } from "./normal-distribution.ts";

/**
 * Computes Wilson's score interval of a fraction. Its coverage is near the requested confidence on average, while that
 * of Clopper-Pearson is at least the requested confidence. Use it to combine with other uncertainties, where
 * conservative margins would add up.
 *
 * @param fraction   in [0, 1]; need not be a whole number of trials
 * @param trials     > 0
 * @param confidence in (0, 1)
 * @throws RangeError outside these ranges
 * @see E. B. Wilson, J. Am. Stat. Assoc. 22, 1927; scipy.stats.binomtest(...).proportion_ci(method="wilson")
 */
export function scoreInterval(fraction: number, trials: number, confidence = 0.95): Interval {
  if (!(fraction >= 0 && fraction <= 1)) throw new RangeError(`expected a fraction in [0, 1], got ${fraction}`);
  if (!(trials > 0 && trials < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`an interval needs at least one trial, got ${trials}`);
  }
  if (!(confidence > 0 && confidence < 1)) {
    throw new RangeError(`expected a confidence in (0, 1), got ${confidence}`);
  }
  const square = normalQuantile((1 - confidence) / 2) ** 2;
  const center = fraction + square / (2 * trials);
  const reach = Math.sqrt(square * ((fraction * (1 - fraction)) / trials + square / (4 * trials ** 2)));
  const whole = 1 + square / trials;
  return {
    low: fraction === 0 ? 0 : (center - reach) / whole,
    high: fraction === 1 ? 1 : (center + reach) / whole,
  };
}
