import type { Interval } from "./binomial-interval.ts";
import { normalQuantile } from "./normal-distribution.ts";

/**
 * Wilson's score interval of a fraction: its coverage is near the confidence asked on average, where Clopper-Pearson's is
 * at least that. It is the one to combine with other uncertainties, which would otherwise pile up their margins.
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
  const centre = fraction + square / (2 * trials);
  const reach = Math.sqrt(square * ((fraction * (1 - fraction)) / trials + square / (4 * trials ** 2)));
  const whole = 1 + square / trials;
  return {
    low: fraction === 0 ? 0 : (centre - reach) / whole,
    high: fraction === 1 ? 1 : (centre + reach) / whole,
  };
}
