import { mean } from "simple-statistics";
import { stratifiedInterval } from "../../../foundation/statistics/stratified-interval.ts";
import { CONFIDENCE, type LabeledPredictions, type Metric } from "./metric.ts";

/**
 * Unweighted mean of the top-1 accuracy per class, over classes with images: sklearn's `balanced_accuracy_score`, as
 * reported by CLIP_benchmark.
 */
export const meanPerClassRecall: Metric = {
  id: "mean_per_class_recall",
  title: "mean per-class recall",
  column: "Per-class recall",
  direction: "higher",
  interval: "korn-graubard",
  isCount: false,
  needs: { classes: 1, metadata: [], singleLabel: true },
  compute: (predictions) => {
    const { correct, n } = perClassRecall(predictions);
    return {
      value: meanRecall(correct, n),
      correct: null,
      n: predictions.labels.length,
      ...stratifiedInterval(correct, n, CONFIDENCE),
      interval: "korn-graubard",
    };
  },
  recount: ({ classes }) => (classes === null ? null : meanRecall(classes.correct, classes.n)),
};

/** Number of correct images and of images per label, both (labelCount,). */
export interface PerClassRecall {
  readonly correct: Int32Array;
  readonly n: Int32Array;
}

/** Counts the images of each label, and those predicted correctly. */
export function perClassRecall({ labels, k, top, labelCount }: LabeledPredictions): PerClassRecall {
  const correct = new Int32Array(labelCount);
  const n = new Int32Array(labelCount);
  labels.forEach((label, i) => {
    n[label] = (n[label] as number) + 1;
    if (top[i * k] === label) correct[label] = (correct[label] as number) + 1;
  });
  return { correct, n };
}

function meanRecall(correct: ArrayLike<number>, n: ArrayLike<number>): number {
  const recalls: number[] = [];
  for (let c = 0; c < n.length; c++) {
    const images = n[c] as number;
    if (images > 0) recalls.push((correct[c] as number) / images);
  }
  return mean(recalls);
}
