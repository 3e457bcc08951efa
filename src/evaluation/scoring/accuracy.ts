import { mean } from "simple-statistics";
import { binomialInterval } from "../../foundation/statistics/binomial-interval.ts";
import { stratifiedInterval } from "../../foundation/statistics/stratified-interval.ts";

/** One figure of a run, with its 95 % interval. */
export interface Metric {
  readonly metric: "top1" | "top5" | "mean_per_class_recall";
  /** a fraction in [0, 1] */
  readonly value: number;
  /** images right; null where the value is not a count over n */
  readonly correct: number | null;
  /** images evaluated */
  readonly n: number;
  readonly low: number;
  readonly high: number;
  /** how low and high were made: `binomialInterval` or `stratifiedInterval` */
  readonly interval: "clopper-pearson" | "korn-graubard";
}

const CONFIDENCE = 0.95;
const TOP = 5;

/**
 * Top-1 and top-5 accuracy and mean per-class recall of a run.
 *
 * Mean per-class recall is the unweighted mean, over the classes that have images, of the fraction of their images that
 * are right at top-1: sklearn's `balanced_accuracy_score`, as CLIP_benchmark reports it.
 *
 * @param labels     (n,) the class of each image, in 0..classCount−1
 * @param topIndices (n, k) row-major, the classes of each image by falling score
 * @param k          classes kept an image, 1 ≤ k ≤ classCount
 * @param classCount classes of the protocol
 * @returns top1, top5 where there are five classes or more (k must then be 5 or more), mean_per_class_recall
 * @throws RangeError if there is no image, the shapes do not fit, or a label or first prediction is not a class
 */
export function accuracyMetrics(labels: Int32Array, topIndices: Int32Array, k: number, classCount: number): Metric[] {
  const n = labels.length;
  if (n === 0) throw new RangeError("accuracy needs at least one image, got none");
  if (!Number.isInteger(k) || k < 1 || k > classCount || topIndices.length !== n * k) {
    throw new RangeError(
      `expected predictions (${n}, k) with k in 1..${classCount}, got ${topIndices.length} numbers for k = ${k}`,
    );
  }
  if (classCount >= TOP && k < TOP) throw new RangeError(`top-5 accuracy needs five predictions an image, got ${k}`);
  const top1 = Int32Array.from({ length: n }, (_, i) => topIndices[i * k] as number);
  const recall = perClassRecall(labels, top1, classCount);
  const metrics = [countMetric("top1", sum(recall.correct), n)];
  if (classCount >= TOP) {
    let correct = 0;
    for (let i = 0; i < n; i++) {
      if (topIndices.subarray(i * k, i * k + TOP).includes(labels[i] as number)) correct++;
    }
    metrics.push(countMetric("top5", correct, n));
  }
  metrics.push({
    metric: "mean_per_class_recall",
    value: meanRecall(recall),
    correct: null,
    n,
    ...stratifiedInterval(recall.correct, recall.n, CONFIDENCE),
    interval: "korn-graubard",
  });
  return metrics;
}

/** Images right and images of each class, both (classCount,). */
export interface PerClassRecall {
  readonly correct: Int32Array;
  readonly n: Int32Array;
}

/**
 * Counts, for each class, its images and those predicted as it.
 *
 * @param labels     (n,) in 0..classCount−1
 * @param top1       (n,) in 0..classCount−1
 * @param classCount classes of the protocol
 * @throws RangeError if the lengths differ or an index is not a class
 */
export function perClassRecall(labels: Int32Array, top1: Int32Array, classCount: number): PerClassRecall {
  if (top1.length !== labels.length) {
    throw new RangeError(`expected predictions of ${labels.length} images, got ${top1.length}`);
  }
  const correct = new Int32Array(classCount);
  const n = new Int32Array(classCount);
  labels.forEach((label, i) => {
    const predicted = top1[i] as number;
    for (const index of [label, predicted]) {
      if (index < 0 || index >= classCount) {
        throw new RangeError(`image ${i}: expected a class in 0..${classCount - 1}, got ${index}`);
      }
    }
    n[label] = (n[label] as number) + 1;
    if (label === predicted) correct[label] = (correct[label] as number) + 1;
  });
  return { correct, n };
}

function countMetric(metric: "top1" | "top5", correct: number, n: number): Metric {
  const bounds = binomialInterval(correct, n, CONFIDENCE);
  return { metric, value: correct / n, correct, n, ...bounds, interval: "clopper-pearson" };
}

function meanRecall({ correct, n }: PerClassRecall): number {
  const recalls: number[] = [];
  n.forEach((images, c) => {
    if (images > 0) recalls.push((correct[c] as number) / images);
  });
  return mean(recalls);
}

function sum(counts: Int32Array): number {
  return counts.reduce((total, count) => total + count, 0);
}
