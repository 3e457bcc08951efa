import { percentWords } from "../../foundation/number-text.ts";
import { binomialUpperTail } from "../../foundation/statistics/binomial-tail.ts";
import { mcnemarExact } from "../../foundation/statistics/mcnemar.ts";

/** A one-to-one renaming of the labels under which predictions that seem wrong are right. */
export interface LabelPermutation {
  readonly n: number;
  /** images right by the labels as they are */
  readonly correct: number;
  /** images right under a renaming that was learned from other images */
  readonly correctOtherwise: number;
  /** exact probability of so uneven a split by chance (McNemar) */
  readonly p: number;
  /** labels whose images are most often taken for one other class, the clearest first */
  readonly examples: readonly { readonly label: number; readonly seenAs: number; readonly images: number }[];
}

const FEWEST_IMAGES = 30;
/** Images of one class are not independent: so many classes must gain, or all there are. */
const FEWEST_CLASSES = 5;
const SIGNIFICANCE = 1e-3;
/** The other accuracy must be so many times the labels' own, and chance's … */
const TIMES = 5;
/** … and so much at least: a poor checkpoint that takes some classes for others reaches less. */
const LEAST_RIGHT = 0.2;
/** … or, where few classes leave no room for that, this much, with the labels' own not above chance. */
const MOST_RIGHT = 0.75;
const NOT_ABOVE_CHANCE = 0.05;
/** Each image is judged by a renaming that was learned without its fold. */
const FOLDS = 5;
const EXAMPLES = 3;

/**
 * Looks for the one-to-one renaming of labels that explains predictions best, for classes in any order whatever. The
 * renaming takes pairs of label and predicted class greedily, those of most images first. It is learned from four fifths
 * of every class's images and judged on the rest, in turn, so that what fits by chance gains nothing: a poor checkpoint
 * has no renaming.
 *
 * @param top1   (n,) predicted classes, in 0..classes−1
 * @param labels (n,) the class that is right for each, in 0..classes−1
 * @param chance expected accuracy where the same predictions are dealt at random
 * @returns null unless there are {@link FEWEST_IMAGES} images, the renaming's accuracy is {@link TIMES} times the labels'
 *   own and chance, and {@link LEAST_RIGHT} (or {@link MOST_RIGHT} where the labels' own is not above chance), {@link FEWEST_CLASSES} classes gain,
 *   and McNemar's exact test gives p below {@link SIGNIFICANCE}
 * @throws RangeError if the lengths differ
 */
export function findLabelPermutation(
  top1: Int32Array,
  labels: Int32Array,
  classes: number,
  chance: number,
): LabelPermutation | null {
  const n = labels.length;
  if (top1.length !== n) throw new RangeError(`expected predictions of ${n} images, got ${top1.length}`);
  if (n < FEWEST_IMAGES) return null;
  const correct = labels.reduce((sum, label, i) => sum + (label === top1[i] ? 1 : 0), 0);
  const isAtChance = binomialUpperTail(correct, n, chance) > NOT_ABOVE_CHANCE;
  if (TIMES * correct > n && !isAtChance) return null;
  const folds = foldOf(labels, classes);
  let correctOtherwise = 0;
  let onlyOwn = 0;
  const gained = new Map<number, number>();
  for (let fold = 0; fold < FOLDS; fold++) {
    const renaming = learn(top1, labels, classes, (i) => folds[i] !== fold);
    for (let i = 0; i < n; i++) {
      if (folds[i] !== fold) continue;
      const label = labels[i] as number;
      const isRight = top1[i] === label;
      const isRightOtherwise = top1[i] === renaming[label];
      if (isRightOtherwise) correctOtherwise++;
      if (isRight && !isRightOtherwise) onlyOwn++;
      if (isRightOtherwise && !isRight) gained.set(label, (gained.get(label) ?? 0) + 1);
    }
  }
  const onlyOther = [...gained.values()].reduce((sum, count) => sum + count, 0);
  const p = mcnemarExact(onlyOwn, onlyOther);
  const needed = Math.max(TIMES * correct, TIMES * chance * n, LEAST_RIGHT * n);
  const isFarBetter = correctOtherwise >= needed || (isAtChance && correctOtherwise >= MOST_RIGHT * n);
  if (!isFarBetter || onlyOther <= onlyOwn || gained.size < Math.min(FEWEST_CLASSES, classes) || p >= SIGNIFICANCE) {
    return null;
  }
  return { n, correct, correctOtherwise, p, examples: clearest(top1, labels, classes) };
}

/** Each class's images in turn. */
function foldOf(labels: Int32Array, classes: number): Int32Array {
  const seen = new Int32Array(classes);
  return labels.map((label) => {
    const nth = seen[label] as number;
    seen[label] = nth + 1;
    return nth % FOLDS;
  });
}

/** (label, predicted class, images), those of most images first. */
function countPairs(
  top1: Int32Array,
  labels: Int32Array,
  classes: number,
  isUsed: (i: number) => boolean,
): [number, number, number][] {
  const counts = new Map<number, number>();
  for (let i = 0; i < labels.length; i++) {
    if (!isUsed(i)) continue;
    const pair = (labels[i] as number) * classes + (top1[i] as number);
    counts.set(pair, (counts.get(pair) ?? 0) + 1);
  }
  return [...counts]
    .sort(([a, m], [b, n]) => n - m || a - b)
    .map(([pair, count]) => [Math.floor(pair / classes), pair % classes, count]);
}

/** Label → class, one to one; −1 where no class is left that it was taken for. */
function learn(top1: Int32Array, labels: Int32Array, classes: number, isUsed: (i: number) => boolean): Int32Array {
  const renaming = new Int32Array(classes).fill(-1);
  const isTaken = new Uint8Array(classes);
  for (const [label, predicted] of countPairs(top1, labels, classes, isUsed)) {
    if (renaming[label] !== -1 || isTaken[predicted] === 1) continue;
    renaming[label] = predicted;
    isTaken[predicted] = 1;
  }
  return renaming;
}

function clearest(top1: Int32Array, labels: Int32Array, classes: number): LabelPermutation["examples"] {
  const renaming = learn(top1, labels, classes, () => true);
  return countPairs(top1, labels, classes, () => true)
    .filter(([label, predicted]) => label !== predicted && renaming[label] === predicted)
    .slice(0, EXAMPLES)
    .map(([label, seenAs, images]) => ({ label, seenAs, images }));
}

/**
 * What a user should know of it.
 *
 * @param what   names the run, "imagenet-v2, protocol 1000"
 * @param nameOf what a class is called
 */
export function describePermutation(
  what: string,
  { n, correct, correctOtherwise, examples }: LabelPermutation,
  nameOf: (label: number) => string,
): string {
  const percent = (correctCount: number) => percentWords(correctCount / n);
  const seen = examples.map(({ label, seenAs }) => `"${nameOf(label)}" looks like "${nameOf(seenAs)}"`);
  return `${what}: the labels are likely in a wrong order: accuracy is ${percent(correct)}, but ${percent(correctOtherwise)} where each label stands for another class, learned from other images (${seen.join(", ")}); check the labels against the class list`;
}
