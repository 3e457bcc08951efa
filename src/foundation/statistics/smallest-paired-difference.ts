import { normalQuantile } from "./normal-distribution.ts";

/**
 * The smallest true difference of two fractions that a two-sided McNemar test on n pairs would have shown with the power
 * asked, if as many images as observed separate the two; at least as many as the difference itself needs.
 *
 * Asymptotic: n = (z_α √ψ + z_β √(ψ − Δ²))² / Δ², solved for Δ, with ψ the larger of the discordance and Δ. The exact
 * test has a little less power where few images are discordant.
 *
 * @param discordance fraction of the images that only one of the two gets right, in [0, 1]
 * @param n           images, whole, > 0
 * @param alpha       level of the two-sided test, in (0, 1)
 * @param power       in (0.5, 1)
 * @returns a fraction in (0, 1]; null where n is too small for any difference
 * @throws RangeError outside these ranges
 * @see R. J. Connor, Sample size for testing differences in proportions for the paired-sample design, Biometrics 43, 1987
 */
export function smallestPairedDifference(discordance: number, n: number, alpha = 0.05, power = 0.8): number | null {
  if (!(discordance >= 0 && discordance <= 1)) {
    throw new RangeError(`expected a fraction of discordant images in [0, 1], got ${discordance}`);
  }
  if (!Number.isSafeInteger(n) || n < 1) throw new RangeError(`expected at least one image, got ${n}`);
  if (!(alpha > 0 && alpha < 1)) throw new RangeError(`expected a level in (0, 1), got ${alpha}`);
  if (!(power > 0.5 && power < 1)) throw new RangeError(`expected a power in (0.5, 1), got ${power}`);
  const zAlpha = -normalQuantile(alpha / 2);
  const zBeta = normalQuantile(power);
  const whole = n + zBeta ** 2;
  const under = whole - zAlpha ** 2;
  if (n <= zAlpha ** 2) return null;
  const difference = (Math.sqrt(discordance) * (zAlpha * Math.sqrt(n) + zBeta * Math.sqrt(under))) / whole;
  if (discordance > 0 && difference <= discordance) return difference;
  // Every discordant image on one side, ψ = Δ: n Δ = (z_α + z_β w)² with w² = 1 − Δ
  const w = (Math.sqrt(n * under) - zAlpha * zBeta) / whole;
  return 1 - w ** 2;
}
