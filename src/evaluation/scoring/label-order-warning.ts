import { type ClassSpace, rightClasses } from "../../data/benchmark/class-space.ts";
import type { Manifest } from "../../data/dataset/manifest.ts";
import { chanceAccuracy, describeChance, findChanceAccuracy } from "./chance.ts";
import { describeLabelOrder, findLabelOrder, type LabelOrder, type LabelOrderFinding } from "./label-order.ts";
import { describePermutation, findLabelPermutation } from "./label-permutation.ts";
import type { Predictions } from "./predict.ts";

/** ImageNet's class names, whose rows are ImageNet indices. */
const NAMES = 1000;

/** A reason to doubt the labels. */
export interface LabelWarning {
  readonly text: string;
  /**
   * true if the labels are in a wrong order, regardless of the protocol; false if the accuracy of this protocol is at
   * chance
   */
  readonly isOrder: boolean;
}

/** Predicted and right classes of the images that have a right class. */
interface PredictedAndAccepted {
  readonly top1: Int32Array;
  readonly accepted: readonly (readonly number[])[];
}

/** Predictions, with their manifest and classes. */
export interface LabeledPredictions {
  /** the protocol's class names */
  readonly names: readonly string[];
  readonly manifest: Manifest;
  readonly predictions: Predictions;
  readonly space: ClassSpace;
}

/**
 * Warns if predictions indicate wrong labels: they are right under another known order of ImageNet's classes, or under
 * a permutation of the labels, or the accuracy is not above chance.
 *
 * @param what   name of the run in the warning
 * @param orders from `readLabelOrders`
 * @returns null if there is no warning
 */
export function warnOfLabelOrder(
  what: string,
  labeled: LabeledPredictions,
  orders: readonly LabelOrder[],
): LabelWarning | null {
  const { names, space } = labeled;
  const classes = space.rows.length;
  const all = predictedAndAccepted(labeled, (accepted) => accepted.length > 0);
  const single = predictedAndAccepted(labeled, (accepted) => accepted.length === 1);
  const labels = Int32Array.from(single.accepted, ([label]) => label as number);
  const known = knownOrder(labeled, single.top1, labels, orders);
  if (known !== null) return { text: describeLabelOrder(what, known), isOrder: true };
  const chance = chanceAccuracy(single.top1, single.accepted, classes);
  const renaming = findLabelPermutation(single.top1, labels, classes, chance);
  if (renaming !== null) {
    const nameOf = (label: number) => names[space.rows[label]?.[0] as number] ?? String(label);
    return { text: describePermutation(what, renaming, nameOf), isOrder: true };
  }
  const finding = findChanceAccuracy(all.top1, all.accepted, classes);
  return finding === null ? null : { text: describeChance(what, finding), isOrder: false };
}

function predictedAndAccepted(
  { manifest, predictions, space }: LabeledPredictions,
  isWanted: (accepted: readonly number[]) => boolean,
): PredictedAndAccepted {
  const top1: number[] = [];
  const right: (readonly number[])[] = [];
  predictions.images.forEach((position, i) => {
    const accepted = rightClasses(space, manifest.images, position);
    if (!accepted || !isWanted(accepted)) return;
    top1.push(predictions.top[i * predictions.k] as number);
    right.push(accepted);
  });
  return { top1: Int32Array.from(top1), accepted: right };
}

/** Applies only if every competing class is an ImageNet class. */
function knownOrder(
  { names, space }: LabeledPredictions,
  top1: Int32Array,
  labels: Int32Array,
  orders: readonly LabelOrder[],
): LabelOrderFinding | null {
  if (names.length !== NAMES || space.rows.some((members) => members.length !== 1)) return null;
  const indexOf = (c: number) => space.rows[c]?.[0] as number;
  return findLabelOrder(top1.map(indexOf), labels.map(indexOf), orders);
}
