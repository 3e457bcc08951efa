import { renumberRows } from "../../data/benchmark/class-space.ts";
import { InputError } from "../../foundation/errors.ts";
import type { Runtime } from "../../model/onnx/runtime.ts";
import type { ResultMetrics } from "../results/metrics-file.ts";
import { computeMetrics } from "../scoring/compute-metrics.ts";
import type { LabelOrder } from "../scoring/label-order.ts";
import { type LabelWarning, warnOfLabelOrder } from "../scoring/label-order-warning.ts";
import { labelPredictions } from "../scoring/label-predictions.ts";
import { type Predictions, predict } from "../scoring/predict.ts";
import { readClassifier } from "./build-classifiers.ts";
import type { PlannedResult, PlannedRun } from "./planned-runs.ts";
import type { TextPlace } from "./text-plan.ts";

export interface ScoreResultOptions {
  /** location of the checkpoint's classifiers */
  readonly text: TextPlace;
  /** from `readLabelOrders` */
  readonly orders: readonly LabelOrder[];
  readonly runtime: Runtime;
  readonly checkStopped: () => void;
}

/** Scores of a run's images with a protocol and prompts. */
export interface ResultScores {
  readonly predictions: Predictions;
  readonly metrics: ResultMetrics;
  /** reason why the labels may be wrong; null if none */
  readonly labelWarning: LabelWarning | null;
  /** time in seconds */
  readonly seconds: number;
}

/**
 * Scores a run's stored embeddings.
 *
 * @throws InputError if an embedding or a classifier is unusable, or a metric is not finite
 */
export async function scoreResult(
  { manifest, store }: Pick<PlannedRun, "manifest" | "store">,
  result: PlannedResult,
  { text, orders, runtime, checkStopped }: ScoreResultOptions,
): Promise<ResultScores> {
  const startedAt = performance.now();
  const { key, protocol, space, classNames } = result;
  const { weights } = await readClassifier(text, result, { runtime, checkStopped });
  const rowsOfWeights = result.nameRows === null ? space : renumberRows(space, result.nameRows);
  const predictions = await predict(store, { manifest, weights, space: rowsOfWeights }, runtime.threads);
  const what = `${key.checkpoint}, ${key.benchmark}, protocol ${key.protocol}`;
  const labelWarning = warnOfLabelOrder(what, { names: classNames.names, manifest, predictions, space }, orders);
  const metrics: ResultMetrics = {
    ...key,
    n: predictions.images.length,
    expectedN: protocol.images,
    metrics: computeMetrics(labelPredictions(manifest, predictions, space)),
  };
  checkFinite(metrics);
  return { predictions, metrics, labelWarning, seconds: (performance.now() - startedAt) / 1000 };
}

function checkFinite({ checkpoint, benchmark, metrics }: ResultMetrics): void {
  for (const { metric, value, low, high } of metrics) {
    if ([value, low, high].every(Number.isFinite)) continue;
    throw new InputError(
      `${checkpoint} on ${benchmark}: ${metric} is ${value} (${low} to ${high}); nothing was written`,
    );
  }
}
