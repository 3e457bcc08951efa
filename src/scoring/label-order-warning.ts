import type { Manifest } from "../dataset/manifest.ts";
import type { ClassSpace } from "./class-space.ts";
import { describeLabelOrder, findLabelOrder, type LabelOrder } from "./label-order.ts";
import type { Predictions } from "./predict.ts";

/** ImageNet's class names: rows of such a list are ImageNet indices. */
const NAMES = 1000;

/**
 * Warns where predictions are right under another order of ImageNet's classes than the labels'. Only where every
 * competing class is one ImageNet class, and one class is right for an image; other images are passed over.
 *
 * @param what   names the run in the warning
 * @param names  how many class names the protocol has
 * @param orders from `readLabelOrders`
 * @returns null where there is nothing to warn of, or the protocol's classes are no ImageNet classes
 */
export function warnOfLabelOrder(
  what: string,
  names: number,
  manifest: Manifest,
  predictions: Predictions,
  space: ClassSpace,
  orders: readonly LabelOrder[],
): string | null {
  if (names !== NAMES || space.rows.some((members) => members.length !== 1)) return null;
  const top1: number[] = [];
  const labels: number[] = [];
  predictions.images.forEach((position, i) => {
    const accepted = space.accepted[manifest.images.label(position)];
    if (accepted?.length !== 1) return;
    labels.push(space.rows[accepted[0] as number]?.[0] as number);
    top1.push(space.rows[predictions.top[i * predictions.k] as number]?.[0] as number);
  });
  const finding = findLabelOrder(Int32Array.from(top1), Int32Array.from(labels), orders);
  return finding === null ? null : describeLabelOrder(what, finding);
}
