import { percentWords } from "../../foundation/number-text.ts";
import { binomialUpperTail } from "../../foundation/statistics/binomial-tail.ts";

/** An accuracy that is no better than what predictions that know nothing of the labels would get. */
export interface ChanceFinding {
  readonly n: number;
  readonly correct: number;
  /** expected accuracy where the same predictions are dealt to the images at random, in [0, 1] */
  readonly chance: number;
  /** probability of so many right, or more, by chance */
  readonly p: number;
  /** significantly fewer are right than by chance */
  readonly isBelow: boolean;
  /** nearly all predictions are of very few classes: 1 / Σ share² of them */
  readonly isCollapsed: boolean;
}

/** Where more than this share of chance runs get so many right, the accuracy is not above chance. */
const NOT_ABOVE = 0.05;
/** An accuracy so far above chance, as a share of what is left to 1, would be seen … */
const SEEN = 0.1;
/** … at this level … */
const LEVEL = 1e-3;
/** … in this share of runs, where there are images enough. */
const POWER = 0.9;
/** Images of one class are not independent: of fewer classes nothing is said, unless there are no more. */
const FEWEST_CLASSES = 10;
/** Predictions of fewer classes than this share of those that have images are collapsed. */
const COLLAPSED = 0.02;

/**
 * Tests an accuracy against chance, by the exact binomial test. Chance is what the predictions at hand would get if they
 * were dealt to the images at random, Σ over classes of (share of labels) · (share of predictions): one in so many
 * classes where every class has as many images.
 *
 * @param top1     (n,) predicted classes, in 0..classes−1
 * @param accepted (n,) the classes that are right for each image, one or more
 * @returns null where the accuracy is above chance (p ≤ {@link NOT_ABOVE}), or where there are too few images to say so:
 *   an accuracy {@link SEEN} of the way from chance to 1 must reach p < {@link LEVEL} in {@link POWER} of runs
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
  if (p <= NOT_ABOVE || present.size < Math.min(FEWEST_CLASSES, classes) || !isEnough(n, chance)) return null;
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

/** The accuracy that predictions would get if they were dealt to the images at random; parameters as above. */
export function chanceAccuracy(top1: Int32Array, accepted: readonly (readonly number[])[], classes: number): number {
  const counts = countClasses(top1, classes);
  let expected = 0;
  for (const right of accepted) for (const one of right) expected += counts[one] as number;
  return expected / top1.length / top1.length;
}

function countClasses(top1: Int32Array, classes: number): Int32Array {
  const counts = new Int32Array(classes);
  for (const predicted of top1) counts[predicted] = (counts[predicted] as number) + 1;
  return counts;
}

/** Whether n images would show an accuracy that is a little above chance. */
function isEnough(n: number, chance: number): boolean {
  if (chance >= 1) return false;
  let low = Math.floor(n * chance);
  let high = n + 1; // the fewest right that chance reaches with a probability below LEVEL, in (low, high]
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (binomialUpperTail(middle, n, chance) < LEVEL) high = middle;
    else low = middle;
  }
  return binomialUpperTail(high, n, chance + SEEN * (1 - chance)) >= POWER;
}

/** What a user should know of it. `what` names the run, "imagenet-v2, protocol 1000". */
export function describeChance(what: string, { n, correct, chance, isBelow, isCollapsed }: ChanceFinding): string {
  const place = isBelow ? "below chance" : "not above chance";
  const figures = `${percentWords(correct / n)} (${correct} of ${n}), and these predictions dealt to the images at random get ${percentWords(chance)}`;
  const why = isCollapsed
    ? "nearly all images are taken for the same few classes, so the checkpoint may be broken"
    : isBelow
      ? "the labels may be of other classes, unless the images were chosen because a like model fails on them"
      : "the labels may be in another order or of other images, or the checkpoint cannot tell these classes apart";
  return `${what}: accuracy is ${place}: ${figures}; ${why}`;
}
