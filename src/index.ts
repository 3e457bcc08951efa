export { type Checkpoint, openCheckpoint } from "./checkpoint/open-checkpoint.ts";
export { buildZeroShotClassifier, type ZeroShotClassifier } from "./classifier/zero-shot-classifier.ts";
export { type EvaluateResult, evaluate } from "./commands/evaluate.ts";
export type { EvaluateOptions, EvaluateProgress } from "./commands/evaluate-options.ts";
export { type PreprocessedImage, type PreprocessOptions, preprocessImage } from "./image/preprocess-image.ts";
export { InputError } from "./input-error.ts";
export { type Matrix, matrix } from "./math/matrix.ts";
export type { Metric } from "./scoring/accuracy.ts";
