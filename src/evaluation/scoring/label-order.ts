import { readClassList } from "../../data/benchmark/class-list.ts";
import { InputError } from "../../foundation/errors.ts";
import { packagePath } from "../../foundation/files/package-root.ts";
import { percentWords } from "../../foundation/number-text.ts";
import { mcnemarExact } from "../../foundation/statistics/mcnemar.ts";

/** A known alternative numbering of ImageNet's classes. */
export interface LabelOrder {
  /** description that completes "if the labels were …" */
  readonly description: string;
  /** (1000,) label under this order → ImageNet index; −1 if invalid */
  readonly toIndex: Int32Array;
}

/** An order that explains predictions far better than the labels as they are. */
export interface LabelOrderFinding {
  readonly description: string;
  readonly n: number;
  /** number of correct images by the labels as they are, and by the other order */
  readonly correct: number;
  readonly correctOtherwise: number;
  /** exact p value of the split, corrected for the number of orders */
  readonly p: number;
}

const CLASSES = 1000;
const MIN_IMAGES = 30;
/** Minimum ratio of the other accuracy to that of the labels as they are. */
const MIN_RATIO = 5;
/** Minimum number of classes that gain, because images of one class are not independent. */
const MIN_CLASSES = 5;
const SIGNIFICANCE = 1e-3;

/**
 * Reads orders that are commonly mistaken for the ImageNet index: numbers sorted as text ("0", "1", "10", "100", …, as
 * ImageFolder sorts ImageNetV2's folders), the devkit's ILSVRC2012_ID minus one (used in its ground-truth file), each
 * in both directions, and indices that count from 1 or are one too low.
 *
 * @see torchvision ImageFolder.find_classes (names sorted as text); ILSVRC2012 devkit readme.txt (ILSVRC2012_ID)
 * @throws InputError if the package's list of devkit numbers is damaged
 */
export async function readLabelOrders(): Promise<LabelOrder[]> {
  const path = packagePath("benchmarks", "classes", "imagenet.csv");
  const column = (await readClassList(path)).keys.get("ilsvrc2012_id") ?? [];
  const devkit = Int32Array.from(column, (id) => Number(id) - 1);
  if (
    devkit.length !== CLASSES ||
    new Set(devkit).size !== CLASSES ||
    devkit.some((id) => !(id >= 0 && id < CLASSES))
  ) {
    throw new InputError(`${path}: expected each number from 1 to ${CLASSES} once as ilsvrc2012_id; install again`);
  }
  const asText = Int32Array.from(Array.from({ length: CLASSES }, (_, index) => String(index)).sort(), Number);
  const shifted = (by: number) =>
    Int32Array.from({ length: CLASSES }, (_, label) => (label + by >= 0 && label + by < CLASSES ? label + by : -1));
  return [
    { description: "positions in the order of the numbers sorted as text (0, 1, 10, 100, …)", toIndex: asText },
    { description: "numbers, but the classes in the order of them sorted as text", toIndex: inverse(asText) },
    { description: "the devkit's numbers (ILSVRC2012_ID), not ImageNet indices", toIndex: inverse(devkit) },
    { description: "ImageNet indices, but the classes in the devkit's order (ILSVRC2012_ID)", toIndex: devkit },
    { description: "counted from 1, not from 0", toIndex: shifted(-1) },
    { description: "one too low", toIndex: shifted(1) },
  ];
}

function inverse(order: Int32Array): Int32Array {
  const result = new Int32Array(order.length);
  order.forEach((to, from) => {
    result[to] = from;
  });
  return result;
}

/**
 * Finds an order under which seemingly wrong predictions are right.
 *
 * @param top1    (n,) predicted ImageNet indices
 * @param labels  (n,) labels that should be ImageNet indices
 * @returns the order that explains most; null unless there are {@link MIN_IMAGES} images, its accuracy is at least
 *   {@link MIN_RATIO} times that of the labels as they are, it gains images of {@link MIN_CLASSES} classes, and
 *   McNemar's exact test, corrected for the number of orders (Bonferroni), gives p below {@link SIGNIFICANCE}
 * @throws RangeError if the lengths differ
 */
export function findLabelOrder(
  top1: Int32Array,
  labels: Int32Array,
  orders: readonly LabelOrder[],
): LabelOrderFinding | null {
  const n = labels.length;
  if (top1.length !== n) throw new RangeError(`expected predictions of ${n} images, got ${top1.length}`);
  if (n < MIN_IMAGES) return null;
  let best: LabelOrderFinding | null = null;
  for (const { description, toIndex } of orders) {
    let correct = 0;
    let correctOtherwise = 0;
    let onlyOwn = 0;
    const gained = new Map<number, number>();
    labels.forEach((label, i) => {
      const isRight = top1[i] === label;
      const isRightOtherwise = top1[i] === toIndex[label];
      if (isRight) correct++;
      if (isRightOtherwise) correctOtherwise++;
      if (isRight && !isRightOtherwise) onlyOwn++;
      if (isRightOtherwise && !isRight) gained.set(label, (gained.get(label) ?? 0) + 1);
    });
    const onlyOther = [...gained.values()].reduce((sum, count) => sum + count, 0);
    const p = Math.min(1, orders.length * mcnemarExact(onlyOwn, onlyOther));
    const isFound =
      correctOtherwise >= MIN_RATIO * correct && onlyOther > onlyOwn && gained.size >= MIN_CLASSES && p < SIGNIFICANCE;
    if (isFound && correctOtherwise > (best?.correctOtherwise ?? 0)) {
      best = { description, n, correct, correctOtherwise, p };
    }
  }
  return best;
}

/** Formats the warning. @param what names the run, "imagenet-v2, protocol 1000" */
export function describeLabelOrder(what: string, finding: LabelOrderFinding): string {
  const percent = (correct: number) => percentWords(correct / finding.n);
  return `${what}: the labels are probably in a wrong order: accuracy is ${percent(finding.correct)}, but would be ${percent(finding.correctOtherwise)} if the labels were ${finding.description}; the class folders may have been renamed, or made by a script that sorts them: check them against the class list`;
}
