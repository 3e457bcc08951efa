import { type ClassSpace, rightClasses } from "../../data/benchmark/class-space.ts";
import type { Manifest } from "../../data/dataset/manifest.ts";
import { chanceAccuracy, describeChance, findChanceAccuracy } from "./chance.ts";
import { describeLabelOrder, findLabelOrder, type LabelOrder, type LabelOrderFinding } from "./label-order.ts";
import { describePermutation, findLabelPermutation } from "./label-permutation.ts";
import type { Predictions } from "./predict.ts";

/** ImageNet's class names: rows of such a list are ImageNet indices. */
const NAMES = 1000;

/** A reason to doubt the labels. */
export interface LabelWarning {
  readonly text: string;
  /** the labels are those of other classes, whatever the protocol; else the accuracy of this protocol is that of chance */
  readonly isOrder: boolean;
}

/** Predicted classes and those that are right, of the images for which one is. */
interface Judged {
  readonly top1: Int32Array;
  readonly accepted: readonly (readonly number[])[];
}

/** Predictions, and what they are of. */
export interface LabeledPredictions {
  /** the protocol's class names */
  readonly names: readonly string[];
  readonly manifest: Manifest;
  readonly predictions: Predictions;
  readonly space: ClassSpace;
}

/**
 * Warns where predictions say that the labels are wrong: they are right under another order of ImageNet's classes that is
 * known to be mistaken for it; or where every label stands for another class, in whatever order; or no more are right
 * than by chance, whatever the reason.
 *
 * @param what   names the run in the warning
 * @param orders from `readLabelOrders`
 * @returns null where there is nothing to warn of
 */
export function warnOfLabelOrder(
  what: string,
  labeled: LabeledPredictions,
  orders: readonly LabelOrder[],
): LabelWarning | null {
  const { names, space } = labeled;
  const classes = space.rows.length;
  const all = judge(labeled, (accepted) => accepted.length > 0);
  const single = judge(labeled, (accepted) => accepted.length === 1);
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

function judge(
  { manifest, predictions, space }: LabeledPredictions,
  isWanted: (accepted: readonly number[]) => boolean,
): Judged {
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

/** Only where every competing class is one ImageNet class. */
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
