import { mean } from "simple-statistics";
import { betaInterval, type Interval } from "./binomial-interval.ts";

/** Errors (or successes, where they are rarer) among the telling images that a doubled effective sample size needs. */
const RARE_OUTCOMES_TO_DOUBLE = 20;

/**
 * The Korn-Graubard interval of a mean over classes, each class counting the same: Clopper-Pearson at the effective
 * sample size p (1 − p) / v, where p is the mean and v the variance of the mean when each class is a sample of its own.
 * Classes differ in accuracy, so v is mostly below that of as many images drawn from one pot, and the interval shorter.
 *
 * Two additions keep the coverage where classes are small, measured by test/statistics/stratified-interval.test.ts:
 * - A class of a single image says nothing of its own variance, and one of few images is often all right by chance. So
 *   each class's accuracy is drawn to p by one imagined image before p_c (1 − p_c), and the whole scaled to be right on
 *   average when all classes are alike. For a class of one image this becomes p (1 − p), the collapsed stratum.
 * - Where few images decide v (four classes of ten beside four of five hundred) it can come out small by chance. The
 *   effective size is therefore held near C² / Σ(1 / n_c), which is what equal accuracies would give, by as much as
 *   those few images lack errors to tell otherwise.
 *
 * @param correct    (c,) images right in each class
 * @param n          (c,) images of each class; classes without images are left out of the mean
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
  /** images right */
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
  let inverse = 0; // Σ 1 / n_c: the same variance over p (1 − p) when all classes are alike
  let inverseCubed = 0;
  for (const { k, size } of classes) {
    const drawn = (k + p) / (size + 1);
    variance += (drawn * (1 - drawn)) / (size * (1 - size / (size + 1) ** 2));
    inverse += 1 / size;
    inverseCubed += 1 / size ** 3;
  }
  const alike = classes.length ** 2 / inverse;
  if (p === 0 || p === 1) return alike;
  const telling = inverse ** 2 / inverseCubed; // Satterthwaite's degrees of freedom; all images when n_c are equal
  const most = alike * (1 + (Math.min(p, 1 - p) * telling) / RARE_OUTCOMES_TO_DOUBLE);
  return Math.min((p * (1 - p) * classes.length ** 2) / variance, most);
}
