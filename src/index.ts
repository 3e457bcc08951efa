// The public interface: every exported function, and every type that one takes or returns.

export {
  type BenchmarkComparison,
  type CheckpointComparison,
  type CompareOptions,
  compareCheckpoints,
} from "./analysis/comparison/compare-checkpoints.ts";
export type { ErrorConsistency } from "./analysis/comparison/error-consistency.ts";
export type { ClassChange } from "./analysis/comparison/paired-classes.ts";
export type { LineEstimate, LinePrecision } from "./analysis/lines/corrected-line.ts";
export type { FitScale } from "./analysis/lines/fit-scale.ts";
export type { LinePosterior } from "./analysis/lines/line-posterior.ts";
export type { AccuracyOutcomes, NoiseModel, PointOutcomes } from "./analysis/lines/shared-noise.ts";
export type { Baseline } from "./analysis/robustness/baseline.ts";
export {
  type BaselineFit,
  type BaselineFitOptions,
  fitBaseline,
  type LineKind,
} from "./analysis/robustness/baseline-fit.ts";
export type { BaselineLine } from "./analysis/robustness/baseline-lines.ts";
export { type EffectiveRobustness, effectiveRobustness } from "./analysis/robustness/effective-robustness.ts";
export { type Influence, leaveOneOut } from "./analysis/robustness/influence.ts";
export type { BaselineRules, LinePiece, LineRule, LineRules } from "./analysis/robustness/line-rules.ts";
export type { ModelPoint } from "./analysis/robustness/model-point.ts";
export type { PairOptions } from "./analysis/robustness/pair-rows.ts";
export type { PredictionEnds } from "./analysis/robustness/prediction.ts";
export { listBaselines, readBaseline } from "./analysis/robustness/read-baseline.ts";
export { type RelativeRobustness, relativeRobustness } from "./analysis/robustness/relative-robustness.ts";
export type { RobustnessRow, Verdict } from "./analysis/robustness/robustness-row.ts";
export { type RobustnessStudy, type StudyOptions, studyRobustness } from "./analysis/robustness/robustness-study.ts";
export type { InDistributionSet, StudyAxes } from "./analysis/robustness/study-axes.ts";
export { type PreprocessedImage, preprocessImage } from "./data/image/preprocess-image.ts";
export type {
  ImageSize,
  Interpolation,
  Preprocessing,
  PreprocessOptions,
  ResizeMode,
} from "./data/image/preprocessing.ts";
export type { EmbedPromptsOptions } from "./evaluation/classifier/embed-prompts.ts";
export { buildZeroShotClassifier, type ZeroShotClassifier } from "./evaluation/classifier/zero-shot-classifier.ts";
export type { Shard } from "./evaluation/embedding/shard.ts";
export { embedShard, type ShardResult } from "./evaluation/evaluate/embed-shard.ts";
export { evaluate } from "./evaluation/evaluate/evaluate.ts";
export type { EvaluateOptions, EvaluateProgress, EvaluateResult } from "./evaluation/evaluate/evaluate-options.ts";
export { type MissingEmbeddings, MissingEmbeddingsError } from "./evaluation/evaluate/missing-embeddings.ts";
export type { AccuracyRow, RowDoubt } from "./evaluation/results/accuracy-row.ts";
export type { ClusterCounts, ImageOutcomes } from "./evaluation/results/image-outcomes.ts";
export type {
  CheckpointPredictions,
  ImagePrediction,
  ResultPredictions,
} from "./evaluation/results/image-predictions.ts";
export type { ImageRowContents, ImageRows } from "./evaluation/results/image-rows.ts";
export type { MadeWith } from "./evaluation/results/made-with.ts";
export { type ParsedAccuracies, parseAccuracies } from "./evaluation/results/parse-accuracies.ts";
export { readCheckpointPredictions } from "./evaluation/results/read-predictions.ts";
export type { MetricValue as Metric } from "./evaluation/scoring/metrics/metric.ts";
export type { PromptStore } from "./evaluation/store/prompt-store.ts";
export { InputError } from "./foundation/errors.ts";
export type { EvaluationKey } from "./foundation/evaluation-key.ts";
export { type Matrix, matrix } from "./foundation/math/matrix.ts";
export type { Note, NoteCause, NoteSubject } from "./foundation/notes.ts";
export type { Interval } from "./foundation/statistics/binomial-interval.ts";
export type { ExportRun, RunOptions } from "./model/checkpoint/check-export.ts";
export {
  CONVERTED_LAYOUTS,
  type ConvertedCheckpoint,
  type ConvertedLayout,
  type ConvertOptions,
  convertCheckpoint,
} from "./model/checkpoint/conversion/convert-checkpoint.ts";
export type { EncoderGraph } from "./model/checkpoint/encoder-graph.ts";
export type { SignatureHints } from "./model/checkpoint/encoder-signature.ts";
export type { ImageEncoder, TextEncoder } from "./model/checkpoint/encoders.ts";
export type { ExportCheck } from "./model/checkpoint/export-checks.ts";
export type { CheckpointFile } from "./model/checkpoint/fingerprint.ts";
export { type Checkpoint, type CheckpointOptions, openCheckpoint } from "./model/checkpoint/open-checkpoint.ts";
export type { TextIdentity } from "./model/checkpoint/text-identity.ts";
export type { DenseLayer, TextPooling } from "./model/checkpoint/text-pooling.ts";
export type { CompiledText, CompiledTower, WeightFacts } from "./model/checkpoint/weight-facts.ts";
export type { GraphSource } from "./model/onnx/onnx-runtime.ts";
export type { TensorInfo } from "./model/onnx/onnx-tensor.ts";
export type { Precision, Provider, Runtime, RuntimeKind } from "./model/onnx/runtime.ts";
export type { Padding } from "./model/tokenizer/padding-token.ts";
export type { Cleaning, Tokenizer } from "./model/tokenizer/tokenizer.ts";
export type { WeightFormat } from "./model/weights/weights.ts";
