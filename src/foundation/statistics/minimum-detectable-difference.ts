import { mcnemarPower } from "./mcnemar-power.ts";
import { normalQuantile } from "./normal-distribution.ts";

/** Width at which the search ends: a hundredth of the change that one image makes in the largest benchmarks. */
const PRECISION = 1e-9;

/**
 * Computes the minimum detectable difference of two fractions: the smallest true difference that McNemar's exact
 * two-sided test on n pairs detects with the requested power, if the fraction of discordant pairs is as observed or,
 * where the difference needs more, as large as the difference.
 *
 * @param discordance fraction of the pairs of which exactly one is right, in [0, 1]
 * @param n           pairs, whole, > 0
 * @param alpha       level of the test, in (0, 1); for several tests, the level at which each is decided
 * @param power       in (0.5, 1)
 * @returns a fraction in (0, 1]; null where n is too small for any difference
 * @throws RangeError outside these ranges
 */
export function minimumDetectableDifference(discordance: number, n: number, alpha = 0.05, power = 0.8): number | null {
  if (!(discordance >= 0 && discordance <= 1)) {
    throw new RangeError(`expected a fraction of discordant images in [0, 1], got ${discordance}`);
  }
  if (!Number.isSafeInteger(n) || n < 1) throw new RangeError(`expected at least one image, got ${n}`);
  if (!(alpha > 0 && alpha < 1)) throw new RangeError(`expected a level in (0, 1), got ${alpha}`);
  if (!(power > 0.5 && power < 1)) throw new RangeError(`expected a power in (0.5, 1), got ${power}`);
  const isShown = (difference: number) =>
    mcnemarPower(Math.max(discordance, difference), difference, n, alpha) >= power;
  if (!isShown(1)) return null;
  const guess = asymptoticDifference(discordance, n, alpha, power);
  let low = 0;
  let high = 1;
  for (let step = 1 / n; guess > 0 && high === 1 && guess + step < 1; step *= 2) {
    if (isShown(guess + step)) high = guess + step;
    else low = guess + step;
  }
  while (high - low > PRECISION) {
    const middle = low + (high - low) / 2;
    if (isShown(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/**
 * Returns the start of the search: n = (z_α √ψ + z_β √(ψ − Δ²))² / Δ² solved for Δ, with ψ the discordance; 0 where
 * there is no solution.
 *
 * @see R. J. Connor, Sample size for testing differences in proportions for the paired-sample design, Biometrics 43,
 *   1987
 */
function asymptoticDifference(discordance: number, n: number, alpha: number, power: number): number {
  const zAlpha = -normalQuantile(alpha / 2);
  const zBeta = normalQuantile(power);
  const whole = n + zBeta ** 2;
  const under = whole - zAlpha ** 2;
  if (under <= 0) return 0;
  return (Math.sqrt(discordance) * (zAlpha * Math.sqrt(n) + zBeta * Math.sqrt(under))) / whole;
}
