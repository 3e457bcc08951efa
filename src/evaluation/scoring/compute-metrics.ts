import type { ImageMetadata, LabeledPredictions, Metric, MetricValue } from "./metrics/metric.ts";
import { METRICS } from "./metrics/registry.ts";

/**
 * Computes the metrics that a run allows. Metrics are left out if they need more classes than the protocol has,
 * single-label images, or missing image metadata.
 *
 * @param metrics metrics to compute; default: all
 * @returns values in the order of the metrics
 * @throws RangeError if there is no image, shapes do not match, a label or best class is invalid, or a metric needs
 *   more predictions per image than there are
 */
export function computeMetrics(
  predictions: LabeledPredictions,
  metadata: ImageMetadata = {},
  metrics: readonly Metric[] = METRICS,
): MetricValue[] {
  checkPredictions(predictions);
  return metrics
    .filter(({ needs }) => predictions.classes >= needs.classes)
    .filter(({ needs }) => needs.singleLabel !== true || !predictions.isMultiLabel)
    .filter(({ needs }) => needs.metadata.every((column) => Object.hasOwn(metadata, column)))
    .map((metric) => ({ metric: metric.id, ...metric.compute(predictions, metadata) }));
}

function checkPredictions({ labels, k, top, classes, labelCount }: LabeledPredictions): void {
  const n = labels.length;
  if (n === 0) throw new RangeError("accuracy needs at least one image, got none");
  if (!Number.isInteger(k) || k < 1 || k > classes || top.length !== n * k) {
    throw new RangeError(
      `expected predictions (${n}, k) with k in 1..${classes}, got ${top.length} numbers for k = ${k}`,
    );
  }
  for (let i = 0; i < n; i++) {
    checkClass(i, labels[i] as number, labelCount);
    checkClass(i, top[i * k] as number, classes);
  }
}

function checkClass(i: number, index: number, count: number): void {
  if (index >= 0 && index < count) return;
  throw new RangeError(`image ${i}: expected a class in 0..${count - 1}, got ${index}`);
}
