import { normalQuantile } from "./normal-distribution.ts";

/** Bounds of a difference of fractions: −1 ≤ low ≤ high ≤ 1. */
export interface DifferenceInterval {
  readonly low: number;
  readonly high: number;
}

/**
 * Computes Tango's score interval of the difference of two fractions of the same n: the differences that the score test
 * does not reject; at zero that test is McNemar's. Its coverage stays near the requested confidence for few images and
 * few discordant ones, where the textbook (Wald) interval falls short. Without discordant images it still has a
 * positive width.
 *
 * @param onlyFirst  images that only the first gets right
 * @param onlySecond images that only the second gets right
 * @param n          all images, > 0
 * @param confidence in (0, 1)
 * @returns bounds of (first − second)
 * @throws RangeError unless the counts are whole, not negative and at most n together
 * @see T. Tango, Equivalence test and confidence interval for the difference in proportions for the paired-sample
 *   design, Statistics in Medicine 17, 1998
 */
export function pairedDifferenceInterval(
  onlyFirst: number,
  onlySecond: number,
  n: number,
  confidence = 0.95,
): DifferenceInterval {
  checkPairedCounts(onlyFirst, onlySecond, n);
  if (!(confidence > 0 && confidence < 1)) {
    throw new RangeError(`expected a confidence in (0, 1), got ${confidence}`);
  }
  const z = -normalQuantile((1 - confidence) / 2);
  return { low: -upperBound(onlySecond, onlyFirst, n, z), high: upperBound(onlyFirst, onlySecond, n, z) };
}

/** @throws RangeError unless n is at least 1 and the discordant counts are whole, not negative and at most n together */
export function checkPairedCounts(onlyFirst: number, onlySecond: number, n: number): void {
  if (!Number.isSafeInteger(n) || n < 1) throw new RangeError(`expected at least one image, got ${n}`);
  for (const count of [onlyFirst, onlySecond]) {
    if (!Number.isSafeInteger(count) || count < 0) throw new RangeError(`expected a count of images, got ${count}`);
  }
  if (onlyFirst + onlySecond > n) {
    throw new RangeError(
      `expected at most ${n} images that exactly one gets right, got ${onlyFirst} and ${onlySecond}`,
    );
  }
}

/** Finds the difference, not below the observed one, at which the score statistic is −z; bisected to the last bit. */
function upperBound(b: number, c: number, n: number, z: number): number {
  let low = (b - c) / n;
  let high = 1;
  for (;;) {
    const middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) return high;
    if (b - c - n * middle + z * nullDeviation(b, c, n, middle) > 0) low = middle;
    else high = middle;
  }
}

/**
 * Standard deviation of b − c if the true difference is `delta` and the other parameter has its maximum-likelihood
 * value.
 */
function nullDeviation(b: number, c: number, n: number, delta: number): number {
  const linear = -b - c + (2 * n - b + c) * delta;
  const constant = -c * delta * (1 - delta);
  const root = Math.sqrt(Math.max(0, linear * linear - 8 * n * constant));
  // The larger root of 2n q² + linear q + constant = 0, without cancellation where linear is positive
  const q = linear > 0 ? (-2 * constant) / (linear + root) : (root - linear) / (4 * n);
  return Math.sqrt(Math.max(0, n * (2 * q + delta * (1 - delta))));
}
