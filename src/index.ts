export {
  type BenchmarkComparison,
  type CheckpointComparison,
  type CompareOptions,
  compareCheckpoints,
} from "./analysis/comparison/compare-checkpoints.ts";
export type { FitScale } from "./analysis/lines/fit-scale.ts";
export type { Baseline } from "./analysis/robustness/baseline.ts";
export { type BaselineFit, type BaselineFitOptions, fitBaseline } from "./analysis/robustness/baseline-fit.ts";
export { type EffectiveRobustness, effectiveRobustness } from "./analysis/robustness/effective-robustness.ts";
export { leaveOneOut } from "./analysis/robustness/influence.ts";
export type { ModelPoint } from "./analysis/robustness/model-point.ts";
export { listBaselines, readBaseline } from "./analysis/robustness/read-baseline.ts";
export { relativeRobustness } from "./analysis/robustness/relative-robustness.ts";
export { studyRobustness } from "./analysis/robustness/robustness-study.ts";
export { type PreprocessedImage, preprocessImage } from "./data/image/preprocess-image.ts";
export type { PreprocessOptions } from "./data/image/preprocessing.ts";
export { buildZeroShotClassifier, type ZeroShotClassifier } from "./evaluation/classifier/zero-shot-classifier.ts";
export type { Shard } from "./evaluation/embedding/shard.ts";
export { embedShard, type ShardResult } from "./evaluation/evaluate/embed-shard.ts";
export { evaluate } from "./evaluation/evaluate/evaluate.ts";
export type { EvaluateOptions, EvaluateProgress, EvaluateResult } from "./evaluation/evaluate/evaluate-options.ts";
export { type MissingEmbeddings, MissingEmbeddingsError } from "./evaluation/evaluate/missing-embeddings.ts";
export type {
  CheckpointPredictions,
  ImagePrediction,
  ResultPredictions,
} from "./evaluation/results/image-predictions.ts";
export { parseAccuracies } from "./evaluation/results/parse-accuracies.ts";
export { readCheckpointPredictions } from "./evaluation/results/read-predictions.ts";
export type { MetricValue as Metric } from "./evaluation/scoring/metrics/metric.ts";
export { InputError } from "./foundation/errors.ts";
export type { EvaluationKey } from "./foundation/evaluation-key.ts";
export { type Matrix, matrix } from "./foundation/math/matrix.ts";
export type { Note, NoteSubject } from "./foundation/notes.ts";
export {
  type ConvertedCheckpoint,
  type ConvertedLayout,
  type ConvertOptions,
  convertCheckpoint,
} from "./model/checkpoint/conversion/convert-checkpoint.ts";
export { type Checkpoint, openCheckpoint } from "./model/checkpoint/open-checkpoint.ts";
export type { Precision, Provider, Runtime, RuntimeKind } from "./model/onnx/runtime.ts";
