import { percentWords } from "../../foundation/number-text.ts";
import { binomialUpperTail } from "../../foundation/statistics/binomial-tail.ts";

/** An accuracy that is not better than that of predictions independent of the labels. */
export interface ChanceFinding {
  readonly n: number;
  readonly correct: number;
  /** expected accuracy if the same predictions are assigned to the images at random, in [0, 1] */
  readonly chance: number;
  /** probability of at least as many correct predictions under random assignment */
  readonly p: number;
  /** whether significantly fewer are correct than under random assignment */
  readonly isBelow: boolean;
  /** whether nearly all predictions are of very few classes, with an effective number of 1 / Σ share² */
  readonly isCollapsed: boolean;
}

/** p value above which the accuracy is not above chance. */
const NOT_ABOVE = 0.05;
/** A detectable effect, as a share of the distance from chance to 1 … */
const EFFECT = 0.1;
/** … at this level … */
const LEVEL = 1e-3;
/** … with this power, if there are enough images. */
const POWER = 0.9;
/**
 * Minimum number of classes with images for a finding, unless the protocol has fewer: images of one class are not
 * independent.
 */
const MIN_CLASSES = 10;
/** Predictions are collapsed if their effective number of classes is below this share of the classes with images. */
const COLLAPSED = 0.02;

/**
 * Tests an accuracy against chance with the exact binomial test. Chance is the expected accuracy if the same
 * predictions were assigned to the images at random, Σ over classes of (share of labels) · (share of predictions); for
 * balanced classes it is 1 / number of classes.
 *
 * @param top1     (n,) predicted classes, in 0..classes−1
 * @param accepted (n,) the classes that are right for each image, one or more
 * @returns null if the accuracy is above chance (p ≤ {@link NOT_ABOVE}), or if there are too few images to decide: an
 *   accuracy {@link EFFECT} of the way from chance to 1 must reach p < {@link LEVEL} in {@link POWER} of runs
 */
export function findChanceAccuracy(
  top1: Int32Array,
  accepted: readonly (readonly number[])[],
  classes: number,
): ChanceFinding | null {
  const n = top1.length;
  if (n === 0) return null;
  const counts = countClasses(top1, classes);
  const chance = chanceAccuracy(top1, accepted, classes);
  const correct = accepted.reduce((sum, right, i) => sum + (right.includes(top1[i] as number) ? 1 : 0), 0);
  const present = new Set(accepted.map(([first]) => first));
  const p = binomialUpperTail(correct, n, chance);
  if (p <= NOT_ABOVE || present.size < Math.min(MIN_CLASSES, classes) || !isEnough(n, chance)) return null;
  const effective = (n * n) / counts.reduce((sum, count) => sum + count * count, 0);
  return {
    n,
    correct,
    chance,
    p,
    isBelow: 1 - binomialUpperTail(correct + 1, n, chance) < LEVEL,
    isCollapsed: effective < Math.max(1.5, COLLAPSED * present.size),
  };
}

/** Computes the expected accuracy if predictions were assigned to the images at random; parameters as above. */
export function chanceAccuracy(top1: Int32Array, accepted: readonly (readonly number[])[], classes: number): number {
  const counts = countClasses(top1, classes);
  let expected = 0;
  for (const right of accepted) for (const label of right) expected += counts[label] as number;
  return expected / top1.length / top1.length;
}

function countClasses(top1: Int32Array, classes: number): Int32Array {
  const counts = new Int32Array(classes);
  for (const predicted of top1) counts[predicted] = (counts[predicted] as number) + 1;
  return counts;
}

/** Whether n images suffice to detect an accuracy slightly above chance. */
function isEnough(n: number, chance: number): boolean {
  if (chance >= 1) return false;
  let low = Math.floor(n * chance);
  let high = n + 1; // the smallest number of correct predictions that chance reaches with a probability below LEVEL, in (low, high]
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (binomialUpperTail(middle, n, chance) < LEVEL) high = middle;
    else low = middle;
  }
  return binomialUpperTail(high, n, chance + EFFECT * (1 - chance)) >= POWER;
}

/** Formats the warning. @param what names the run, "imagenet-v2, protocol 1000" */
export function describeChance(what: string, { n, correct, chance, isBelow, isCollapsed }: ChanceFinding): string {
  const place = isBelow ? "below chance" : "not above chance";
  const figures = `${percentWords(correct / n)} (${correct} of ${n}), and ${percentWords(chance)} is expected if these predictions are assigned to the images at random`;
  const why = isCollapsed
    ? "nearly all images are predicted as the same few classes, so the checkpoint may be broken"
    : isBelow
      ? "the labels may belong to other classes, unless the images were selected because a similar model fails on them"
      : "the labels may be in another order or belong to other images, or the checkpoint cannot distinguish these classes";
  return `${what}: accuracy is ${place}: ${figures}; ${why}`;
}
