export { type Checkpoint, openCheckpoint } from "./checkpoint/open-checkpoint.ts";
export { buildZeroShotClassifier, type ZeroShotClassifier } from "./classifier/zero-shot-classifier.ts";
export { embedShard, type ShardResult } from "./commands/embed-shard.ts";
export { evaluate } from "./commands/evaluate.ts";
export type { EvaluateOptions, EvaluateProgress, EvaluateResult } from "./commands/evaluate-options.ts";
export { type MissingEmbeddings, MissingEmbeddingsError } from "./commands/missing-embeddings.ts";
export type { Shard } from "./embedding/shard.ts";
export { type PreprocessedImage, type PreprocessOptions, preprocessImage } from "./image/preprocess-image.ts";
export { InputError } from "./input-error.ts";
export { type Matrix, matrix } from "./math/matrix.ts";
export type { Note, NoteSubject } from "./note.ts";
export { readCheckpointPredictions } from "./report/results/read-predictions.ts";
export type { Baseline } from "./robustness/baseline.ts";
export { type BaselineFit, type BaselineFitOptions, fitBaseline, type ModelPoint } from "./robustness/baseline-fit.ts";
export {
  type BenchmarkComparison,
  type CheckpointComparison,
  type CheckpointPredictions,
  type CompareOptions,
  compareCheckpoints,
  type ResultPredictions,
} from "./robustness/compare-checkpoints.ts";
export { type EffectiveRobustness, effectiveRobustness } from "./robustness/effective-robustness.ts";
export type { FitScale } from "./robustness/fit-scale.ts";
export { leaveOneOut } from "./robustness/influence.ts";
export type { ImagePrediction } from "./robustness/paired-outcomes.ts";
export { parseAccuracies } from "./robustness/parse-accuracies.ts";
export { listBaselines, readBaseline } from "./robustness/read-baseline.ts";
export { relativeRobustness } from "./robustness/relative-robustness.ts";
export { studyRobustness } from "./robustness/robustness-study.ts";
export type { Metric } from "./scoring/accuracy.ts";
