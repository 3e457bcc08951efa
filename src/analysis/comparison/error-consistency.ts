import { Z95 } from "../../foundation/statistics/normal-distribution.ts";
import { checkPairedCounts } from "../../foundation/statistics/paired-difference-interval.ts";

/** The agreement of two checkpoints on which images are correct, beyond what their accuracies imply. */
export interface ErrorConsistency {
  /**
   * Cohen's kappa of correctness, in [−1, 1]: 1 for the same images, 0 for independent checkpoints, below 0 for less
   * agreement than that
   */
  readonly kappa: number;
  /** 95 % interval, normal with the large-sample standard error, cut to [−1, 1] */
  readonly low: number;
  /** upper end of the interval, see `low` */
  readonly high: number;
  /** fraction of images that both get right or both get wrong */
  readonly observed: number;
  /** the expected fraction for independent checkpoints with these accuracies */
  readonly expected: number;
}

/**
 * Computes the error consistency of two classifiers on the same images.
 *
 * @param both       images that both get right
 * @param onlyFirst  images that only the first gets right
 * @param onlySecond images that only the second gets right
 * @param n          all images
 * @returns null if kappa is undefined: both are correct on all images, or both on none
 * @throws RangeError unless the counts are non-negative integers with a sum of at most n
 * @see R. Geirhos, K. Meding, F. A. Wichmann, Beyond accuracy: quantifying trial-by-trial behaviour of CNNs and humans by
 *   measuring error consistency, NeurIPS 2020; standard error: J. L. Fleiss, J. Cohen, B. S. Everitt, Psychological
 *   Bulletin 72, 1969
 */
export function errorConsistency(
  both: number,
  onlyFirst: number,
  onlySecond: number,
  n: number,
): ErrorConsistency | null {
  checkPairedCounts(onlyFirst, onlySecond, n);
  if (!Number.isSafeInteger(both) || both < 0 || both + onlyFirst + onlySecond > n) {
    throw new RangeError(`expected the images that both get right among ${n - onlyFirst - onlySecond}, got ${both}`);
  }
  const neither = n - both - onlyFirst - onlySecond;
  if (both === n || neither === n) return null;
  const first = (both + onlyFirst) / n;
  const second = (both + onlySecond) / n;
  const observed = (both + neither) / n;
  const expected = first * second + (1 - first) * (1 - second);
  const kappa = (observed - expected) / (1 - expected);
  const share = 1 - kappa;
  const agreeing =
    (both / n) * (1 - (first + second) * share) ** 2 + (neither / n) * (1 - (2 - first - second) * share) ** 2;
  // An image that only the first gets right is in the cell in which the second is wrong
  const differing =
    share ** 2 * ((onlyFirst / n) * (1 - first + second) ** 2 + (onlySecond / n) * (first + 1 - second) ** 2);
  const rest = (kappa - expected * share) ** 2;
  const se = Math.sqrt(Math.max(0, agreeing + differing - rest) / n) / (1 - expected);
  return {
    kappa,
    observed,
    expected,
    low: Math.max(-1, kappa - Z95 * se),
    high: Math.min(1, kappa + Z95 * se),
  };
}
