import { mean } from "simple-statistics";
import { betaInterval, type Interval } from "./binomial-interval.ts";

/**
 * Errors (or successes, where they are rarer) among the informative images that doubling the effective sample size
 * needs.
 */
const RARE_OUTCOMES_TO_DOUBLE = 20;

/**
 * Computes the Korn-Graubard interval of a mean over classes with equal weights: Clopper-Pearson at the effective
 * sample size p (1 − p) / v, where p is the mean and v the variance of the mean when each class is a separate sample.
 * Classes differ in accuracy, so v is mostly below that of as many images drawn from a single population, and the
 * interval is shorter.
 *
 * Two additions keep the coverage where classes are small, measured by
 * test/foundation/statistics/stratified-interval.test.ts:
 * - A class with one image gives no information about its variance, and in a class with few images all are often
 *   correct at random. Each class's accuracy is therefore shrunk toward p by one pseudo-observation before p_c (1 −
 *   p_c), and the result is scaled to be unbiased when all classes have equal accuracy. For a class with one image this
 *   is p (1 − p), the collapsed stratum.
 * - Where few images determine v (such as four classes of ten images and four of five hundred), v can be too small at
 *   random. The effective size is therefore limited to a multiple of C² / Σ(1 / n_c), its value for equal accuracies;
 *   the limit increases with the number of errors among those few images.
 *
 * @param correct    (c,) images classified correctly in each class
 * @param n          (c,) images of each class; classes without images do not enter the mean
 * @param confidence in (0, 1)
 * @throws RangeError if there is no image, a count is not whole, negative or above its n, or the lengths differ
 * @see E. L. Korn & B. I. Graubard, Confidence intervals for proportions with small expected number of positive counts
 *   estimated from survey data, Survey Methodology 24, 1998
 */
export function stratifiedInterval(correct: ArrayLike<number>, n: ArrayLike<number>, confidence = 0.95): Interval {
  const classes = presentClasses(correct, n);
  const p = mean(classes.map(({ k, size }) => k / size));
  const effective = effectiveSampleSize(classes, p);
  return betaInterval(p * effective, effective, confidence);
}

interface ClassCount {
  /** images classified correctly */
  readonly k: number;
  readonly size: number;
}

function presentClasses(correct: ArrayLike<number>, n: ArrayLike<number>): ClassCount[] {
  if (correct.length !== n.length)
    throw new RangeError(`expected counts of ${n.length} classes, got ${correct.length}`);
  const classes: ClassCount[] = [];
  for (let c = 0; c < n.length; c++) {
    const [k, size] = [correct[c] as number, n[c] as number];
    if (!Number.isSafeInteger(k) || !Number.isSafeInteger(size) || k < 0 || k > size) {
      throw new RangeError(`class ${c}: expected whole numbers 0 ≤ correct ≤ n, got ${k} of ${size}`);
    }
    if (size > 0) classes.push({ k, size });
  }
  if (classes.length === 0) throw new RangeError("the mean over classes needs at least one image, got none");
  return classes;
}

function effectiveSampleSize(classes: readonly ClassCount[], p: number): number {
  let variance = 0; // of the sum over classes
  let inverse = 0; // Σ 1 / n_c: the same variance over p (1 − p) when all classes have equal accuracy
  let inverseCubed = 0;
  for (const { k, size } of classes) {
    const shrunken = (k + p) / (size + 1);
    variance += (shrunken * (1 - shrunken)) / (size * (1 - size / (size + 1) ** 2));
    inverse += 1 / size;
    inverseCubed += 1 / size ** 3;
  }
  const equalClassSize = classes.length ** 2 / inverse;
  if (p === 0 || p === 1) return equalClassSize;
  const informative = inverse ** 2 / inverseCubed; // Satterthwaite's degrees of freedom; all images when n_c are equal
  const maximum = equalClassSize * (1 + (Math.min(p, 1 - p) * informative) / RARE_OUTCOMES_TO_DOUBLE);
  return Math.min((p * (1 - p) * classes.length ** 2) / variance, maximum);
}
