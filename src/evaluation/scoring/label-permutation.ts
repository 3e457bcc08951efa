import { percentWords } from "../../foundation/number-text.ts";
import { binomialUpperTail } from "../../foundation/statistics/binomial-tail.ts";
import { mcnemarExact } from "../../foundation/statistics/mcnemar.ts";
import { distinctModesP } from "./distinct-modes.ts";

/** A permutation of the labels under which seemingly wrong predictions are right. */
export interface LabelPermutation {
  readonly n: number;
  /** number of correct images by the labels as they are */
  readonly correct: number;
  /** number of correct images under a permutation learned from other images */
  readonly correctOtherwise: number;
  /** exact p value of the split (McNemar) */
  readonly p: number;
  /** whether labels are predicted as so many distinct classes that similar images within classes cannot explain it */
  readonly isDistinct: boolean;
  /** labels whose images are most often predicted as one other class, clearest first */
  readonly examples: readonly { readonly label: number; readonly seenAs: number; readonly images: number }[];
}

const MIN_IMAGES = 30;
/** Minimum number of classes that gain, or all if there are fewer, because images of one class are not independent. */
const MIN_CLASSES = 5;
const SIGNIFICANCE = 1e-3;
/** Minimum ratio of the other accuracy to that of the labels as they are, and to chance … */
const MIN_RATIO = 5;
/** … and its minimum; a poor checkpoint that confuses some classes reaches less. */
const MIN_RIGHT = 0.2;
/** … or, with few classes, this minimum, if the accuracy of the labels as they are is not above chance. */
const MAX_RIGHT = 0.75;
const NOT_ABOVE_CHANCE = 0.05;
/**
 * Minimum accuracy under a permutation to classes without images if there are too few labels for the test of distinct
 * classes; drawings reach 0.37.
 */
const CLEARLY_RIGHT = 0.5;
/** Number of folds; each image is judged by a permutation learned without its fold. */
const FOLDS = 5;
const EXAMPLES = 3;

/**
 * Finds the permutation of labels that explains predictions best. It is built greedily from pairs of label and
 * predicted class, those with most images first. It is learned from four fifths of every class's images and evaluated
 * on the rest, in rotation, so that random fits do not gain: a poor checkpoint has no permutation.
 *
 * Renderings of one drawing are not independent: a checkpoint that confuses one with another class confuses all.
 * Therefore a permutation to classes without images must have significantly more distinct classes than such drawings
 * would, or, with too few labels for this test, an accuracy of at least {@link CLEARLY_RIGHT} on images that are not
 * copies. Otherwise only permutations among the labels are considered.
 *
 * @param top1   (n,) predicted classes, in 0..classes−1
 * @param labels (n,) the class that is right for each, in 0..classes−1
 * @param chance expected accuracy if the same predictions are assigned at random
 * @returns null unless there are {@link MIN_IMAGES} images, the renaming's accuracy is {@link MIN_RATIO} times the labels'
 *   own and chance, and {@link MIN_RIGHT} (or {@link MAX_RIGHT} where the labels' own is not above chance), {@link MIN_CLASSES} classes gain,
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
  if (n < MIN_IMAGES) return null;
  const correct = labels.reduce((sum, label, i) => sum + (label === top1[i] ? 1 : 0), 0);
  const isAtChance = binomialUpperTail(correct, n, chance) > NOT_ABOVE_CHANCE;
  if (MIN_RATIO * correct > n && !isAtChance) return null;
  const hasImages = new Uint8Array(classes);
  for (const label of labels) hasImages[label] = 1;
  const everyClass = new Uint8Array(classes).fill(1);
  const few = Math.min(MIN_CLASSES, classes);
  const needed = Math.max(MIN_RATIO * correct, MIN_RATIO * chance * n, MIN_RIGHT * n);
  const find = (allowed: Uint8Array, isDistinct: () => boolean): LabelPermutation | null => {
    const { correctOtherwise, onlyOwn, onlyOther, gained } = judgeRenaming(top1, labels, classes, allowed);
    const p = mcnemarExact(onlyOwn, onlyOther);
    const isFarBetter = correctOtherwise >= needed || (isAtChance && correctOtherwise >= MAX_RIGHT * n);
    if (!isFarBetter || onlyOther <= onlyOwn || gained < few || p >= SIGNIFICANCE) return null;
    const examples = clearest(top1, labels, classes, allowed);
    return { n, correct, correctOtherwise, p, isDistinct: isDistinct(), examples };
  };
  const anywhere = find(everyClass, () => distinctModesP(top1, labels, classes) < SIGNIFICANCE);
  if (anywhere?.isDistinct || !hasImages.includes(0)) return anywhere;
  const isClear = anywhere !== null && anywhere.correctOtherwise >= CLEARLY_RIGHT * n && !areCopies(top1, labels);
  return isClear ? anywhere : find(hasImages, () => false);
}

/** Whether all images of each label are predicted as one class, as copies of an image are. */
function areCopies(top1: Int32Array, labels: Int32Array): boolean {
  const takenFor = new Map<number, number>();
  return labels.every((label, i) => {
    const seenAs = takenFor.get(label) ?? (top1[i] as number);
    takenFor.set(label, seenAs);
    return seenAs === top1[i];
  });
}

/** Evaluates permutations on images that they were not learned from. */
function judgeRenaming(top1: Int32Array, labels: Int32Array, classes: number, allowed: Uint8Array) {
  const folds = foldOf(labels, classes);
  let correctOtherwise = 0;
  let onlyOwn = 0;
  let onlyOther = 0;
  const gained = new Set<number>();
  for (let fold = 0; fold < FOLDS; fold++) {
    const renaming = learn(top1, labels, classes, allowed, (i) => folds[i] !== fold);
    labels.forEach((label, i) => {
      if (folds[i] !== fold) return;
      const isRight = top1[i] === label;
      const isRightOtherwise = top1[i] === renaming[label];
      if (isRightOtherwise) correctOtherwise++;
      if (isRight && !isRightOtherwise) onlyOwn++;
      if (isRightOtherwise && !isRight) {
        onlyOther++;
        gained.add(label);
      }
    });
  }
  return { correctOtherwise, onlyOwn, onlyOther, gained: gained.size };
}

/** Assigns each class's images to folds in turn. */
function foldOf(labels: Int32Array, classes: number): Int32Array {
  const seen = new Int32Array(classes);
  return labels.map((label) => {
    const nth = seen[label] as number;
    seen[label] = nth + 1;
    return nth % FOLDS;
  });
}

/** Counts (label, predicted class, images), sorted by images, descending. */
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

/** Learns label → class, one to one, among the allowed classes; −1 if no predicted class is left. */
function learn(
  top1: Int32Array,
  labels: Int32Array,
  classes: number,
  allowed: Uint8Array,
  isUsed: (i: number) => boolean,
): Int32Array {
  const renaming = new Int32Array(classes).fill(-1);
  const isTaken = new Uint8Array(classes);
  for (const [label, predicted] of countPairs(top1, labels, classes, isUsed)) {
    if (renaming[label] !== -1 || isTaken[predicted] === 1 || allowed[predicted] === 0) continue;
    renaming[label] = predicted;
    isTaken[predicted] = 1;
  }
  return renaming;
}

function clearest(
  top1: Int32Array,
  labels: Int32Array,
  classes: number,
  allowed: Uint8Array,
): LabelPermutation["examples"] {
  const renaming = learn(top1, labels, classes, allowed, () => true);
  return countPairs(top1, labels, classes, () => true)
    .filter(([label, predicted]) => label !== predicted && renaming[label] === predicted)
    .slice(0, EXAMPLES)
    .map(([label, seenAs, images]) => ({ label, seenAs, images }));
}

/**
 * Formats the warning.
 *
 * @param what   name of the run, "imagenet-v2, protocol 1000"
 * @param nameOf returns the name of a class
 */
export function describePermutation(
  what: string,
  { n, correct, correctOtherwise, isDistinct, examples }: LabelPermutation,
  nameOf: (label: number) => string,
): string {
  const percent = (correctCount: number) => percentWords(correctCount / n);
  const seen = examples.map(({ label, seenAs }) => `"${nameOf(label)}" looks like "${nameOf(seenAs)}"`);
  const found = `accuracy is ${percent(correct)}, but ${percent(correctOtherwise)} under a permutation of the labels, learned from other images (${seen.join(", ")})`;
  return isDistinct
    ? `${what}: the labels are probably in a wrong order: ${found}; check the labels against the class list`
    : `${what}: the labels may be in a wrong order: ${found}; check the labels against the class list, unless the images of a class are very similar, such as renderings of one drawing: a checkpoint that confuses one of them with another class then confuses all`;
}
