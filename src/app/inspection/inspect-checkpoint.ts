import type { Preprocessing } from "../../data/image/preprocessing.ts";
import { exportSubject, listChecks, runExport } from "../../model/checkpoint/check-export.ts";
import type { ResolvedTower } from "../../model/checkpoint/checkpoint-settings.ts";
import { warnOfTokenizer } from "../../model/checkpoint/checkpoint-tokenizer.ts";
import type { ExportCheck } from "../../model/checkpoint/export-checks.ts";
import type { CheckpointFile } from "../../model/checkpoint/fingerprint.ts";
import { fixedAxis } from "../../model/checkpoint/graph-feeds.ts";
import type { LayoutId } from "../../model/checkpoint/layout-kinds.ts";
import {
  type CheckpointOptions,
  checkpointFingerprint,
  readCheckpoint,
} from "../../model/checkpoint/open-checkpoint.ts";
import { warnOfPadding } from "../../model/checkpoint/padding-probe.ts";
import { preprocessingSource } from "../../model/checkpoint/preprocessing-config.ts";
import { identifyText, type TextIdentity } from "../../model/checkpoint/text-identity.ts";
import { describePrecision, weightsOf } from "../../model/checkpoint/tower-precision.ts";
import type { CompiledTower, WeightFacts } from "../../model/checkpoint/weight-facts.ts";
import { type ActivationCount, findActivations } from "../../model/onnx/activation.ts";
import { sliceGraph } from "../../model/onnx/graph-slice.ts";
import { elementCount, type OnnxTensor, type TensorInfo, tensorBytes } from "../../model/onnx/onnx-tensor.ts";
import type { Tokenizer } from "../../model/tokenizer/tokenizer.ts";

/** Facts about one tower. */
export interface TowerInspection {
  /** File of the graph, or of the weights that it was compiled from, relative to the checkpoint's folder. */
  readonly file: string;
  /** Every input and output of the graph. */
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  /** Input for pixels or token ids, and output of embeddings. */
  readonly input: string;
  readonly output: string;
  readonly producer: string;
  readonly irVersion: number;
  /** Operator sets; "" is the default ONNX domain. */
  readonly opsets: Readonly<Record<string, number>>;
  /** Precision of the weights, such as "float32", "float16" or "quantized (int8)". */
  readonly precision: string;
  /** Null if the batch is dynamic. */
  readonly batchSize: number | null;
  /** Null for images, and if the token axis is dynamic. */
  readonly sequenceLength: number | null;
  /** Embedding width d. */
  readonly dimension: number;
  readonly activations: readonly ActivationCount[];
  /** Number of weights of this tower, and their size in bytes. */
  readonly parameters: number;
  readonly parameterBytes: number;
  /** Number of weights per stored element type, in descending order. */
  readonly storedTypes: readonly { readonly type: string; readonly parameters: number }[];
  /**
   * GFLOP of the matrix products for one image or one text of full context length (a multiply-add counts as two); null
   * for an export.
   */
  readonly gflops: number | null;
}

/** Everything that can be determined about a checkpoint without data. */
export interface CheckpointInspection {
  readonly id: string;
  readonly path: string;
  readonly layout: LayoutId;
  /** Weights that its graphs were compiled from; null for exported graphs. */
  readonly weights: WeightFacts | null;
  readonly fingerprint: string;
  readonly files: readonly CheckpointFile[];
  readonly image: TowerInspection;
  readonly text: TowerInspection | null;
  readonly preprocessing: Preprocessing;
  readonly preprocessingSource: string;
  readonly tokenizer: Pick<Tokenizer, "description" | "cleaning" | "vocabularySize" | "padId" | "endOfText"> | null;
  readonly contextLength: number | null;
  /** Source of the context length. */
  readonly contextSource: string | null;
  /** Settings that determine the token ids of texts, with their sources; null without a text tower. */
  readonly textIdentity: TextIdentity | null;
  /** Whether prompts may be encoded without padding; verified by a test. */
  readonly ownLength: boolean | null;
  /** Whether the padding id affects the embeddings of texts; verified by a test. */
  readonly paddingTakesPart: boolean | null;
  readonly notes: readonly string[];
  /** Reasons why its numbers may be wrong, other than failed checks. */
  readonly warnings: readonly string[];
  readonly checks: readonly ExportCheck[];
}

/**
 * Inspects a checkpoint, and runs sanity checks on synthetic images and captions.
 *
 * @throws InputError as `openCheckpoint`, except for towers of different width, which are a failed check here
 */
export async function inspectCheckpoint(path: string, options: CheckpointOptions = {}): Promise<CheckpointInspection> {
  const { resolved, tokenizer, files, checkUnchanged } = await readCheckpoint(path, options);
  const subject = exportSubject(resolved, tokenizer);
  const run = await runExport(subject, { tryPadding: true });
  await checkUnchanged();
  const { image, text } = run.dimensions;
  const { textSettings, textTower } = resolved;
  const textIdentity =
    textSettings === null || textTower === null || tokenizer === null
      ? null
      : identifyText(textSettings, tokenizer, files, textTower.pooled);
  const { paddingTakesPart } = run;
  return {
    id: options.name ?? resolved.layout.stem,
    path,
    layout: resolved.layout.kind,
    weights: resolved.weights,
    fingerprint: checkpointFingerprint(files, resolved),
    files,
    image: inspectTower(resolved.vision, resolved.vision.signature.pixels, image, resolved.weights?.image),
    text:
      resolved.text === null || text === null
        ? null
        : inspectTower(resolved.text, resolved.text.signature.ids, text, resolved.weights?.text),
    preprocessing: resolved.preprocessing.preprocessing,
    preprocessingSource: preprocessingSource(resolved.preprocessing),
    tokenizer: tokenizer === null ? null : describeTokenizer(tokenizer),
    contextLength: resolved.textSettings?.contextLength ?? null,
    contextSource: resolved.textSettings?.contextSource ?? null,
    textIdentity,
    ownLength: run.ownLength,
    paddingTakesPart,
    notes: resolved.notes,
    warnings: [
      ...resolved.warnings,
      ...warnOfTokenizer(resolved, tokenizer),
      ...(textIdentity === null || paddingTakesPart === null ? [] : warnOfPadding(textIdentity, paddingTakesPart)),
    ],
    checks: listChecks(subject, run),
  };
}

function inspectTower(
  tower: ResolvedTower<{ readonly embedding: TensorInfo }>,
  input: TensorInfo,
  dimension: number,
  compiled: CompiledTower | undefined,
): TowerInspection {
  const { model } = tower;
  const slice = sliceGraph(model, tower.signature.embedding.name);
  // A compiled graph contains additional constants, which are not weights
  const weights = weightsOf(slice).filter(({ external }) => compiled === undefined || external !== null);
  return {
    file: tower.file,
    inputs: model.inputs,
    outputs: model.outputs,
    input: input.name,
    output: tower.signature.embedding.name,
    producer: model.producer,
    irVersion: model.irVersion,
    opsets: Object.fromEntries(model.opsets),
    precision: describePrecision(slice),
    batchSize: fixedAxis(input, 0),
    sequenceLength: input.shape.length === 2 ? fixedAxis(input, 1) : null,
    dimension,
    activations: findActivations(slice),
    parameters: weights.reduce((sum, tensor) => sum + elementCount(tensor), 0),
    parameterBytes: weights.reduce((sum, tensor) => sum + tensorBytes(tensor), 0),
    storedTypes: countTypes(weights),
    gflops: compiled === undefined ? null : (2 * compiled.multiplyAdds) / 1e9,
  };
}

function countTypes(weights: readonly OnnxTensor[]): TowerInspection["storedTypes"] {
  const counts = new Map<string, number>();
  for (const tensor of weights) counts.set(tensor.type, (counts.get(tensor.type) ?? 0) + elementCount(tensor));
  return [...counts].map(([type, parameters]) => ({ type, parameters })).sort((a, b) => b.parameters - a.parameters);
}

function describeTokenizer(tokenizer: Tokenizer): NonNullable<CheckpointInspection["tokenizer"]> {
  const { description, cleaning, vocabularySize, padId, endOfText } = tokenizer;
  return { description, cleaning, vocabularySize, padId, endOfText };
}
