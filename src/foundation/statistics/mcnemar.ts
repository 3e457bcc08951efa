import { regularizedIncompleteBeta } from "./incomplete-beta.ts";

/**
 * McNemar's exact test of two classifiers on the same images. Returns the two-sided probability of a split at least as
 * uneven if each image that only one of them gets right were a coin toss. Not the mid-p variant.
 *
 * @param onlyFirst  images that only the first gets right
 * @param onlySecond images that only the second gets right
 * @returns p in (0, 1]; 1 when no image separates them
 * @throws RangeError unless both are whole and not negative
 * @see Q. McNemar, Psychometrika 12, 1947; exact binomial form, as statsmodels' mcnemar(exact=True)
 */
export function mcnemarExact(onlyFirst: number, onlySecond: number): number {
  for (const count of [onlyFirst, onlySecond]) {
    if (!Number.isSafeInteger(count) || count < 0) throw new RangeError(`expected a count of images, got ${count}`);
  }
  if (onlyFirst === onlySecond) return 1;
  const fewer = Math.min(onlyFirst, onlySecond);
  const n = onlyFirst + onlySecond;
  // P(X ≤ fewer) of Binomial(n, ½)
  return Math.min(1, 2 * regularizedIncompleteBeta(n - fewer, fewer + 1, 0.5));
}
