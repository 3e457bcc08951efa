import type { Preprocessing } from "../image/preprocessing.ts";
import { type ActivationCount, findActivations } from "../onnx/activation.ts";
import { sliceGraph } from "../onnx/graph-slice.ts";
import { elementCount, type OnnxTensor, type TensorInfo, tensorBytes } from "../onnx/onnx-tensor.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import type { ImageEncoder, TextEncoder } from "./encoders.ts";
import {
  checkActivation,
  checkCaptionEnds,
  checkTower,
  checkWidths,
  type ExportCheck,
  makeProbeImages,
} from "./export-checks.ts";
import type { CheckpointFile } from "./fingerprint.ts";
import { fixedAxis } from "./graph-feeds.ts";
import { openImageEncoder } from "./image-encoder.ts";
import type { ModelConfigs } from "./model-config.ts";
import { type CheckpointOptions, checkpointFingerprint, readCheckpoint } from "./open-checkpoint.ts";
import { PROBE_PROMPTS } from "./own-length.ts";
import { warnOfTokenizer } from "./own-tokenizer.ts";
import { warnOfPadding } from "./padding-probe.ts";
import type { ResolvedCheckpoint, ResolvedTower } from "./resolve-checkpoint.ts";
import { openTextEncoder } from "./text-encoder.ts";
import { identifyText, type TextIdentity } from "./text-identity.ts";

/** What was found of one tower. */
export interface TowerInspection {
  /** The graph's file, relative to the checkpoint's folder. */
  readonly file: string;
  /** Every input and output of the graph. */
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  /** Where pixels or token ids go in, and where embeddings come out. */
  readonly input: string;
  readonly output: string;
  readonly producer: string;
  readonly irVersion: number;
  /** Operator sets, "" being ONNX's own. */
  readonly opsets: Readonly<Record<string, number>>;
  /** Of the weights: "float32", "float16" or "quantised (int8)" and the like. */
  readonly precision: string;
  /** Null where the batch is dynamic. */
  readonly batchSize: number | null;
  /** Null where the token axis is dynamic, and for images. */
  readonly sequenceLength: number | null;
  /** d, the width of an embedding. */
  readonly dimension: number;
  readonly activations: readonly ActivationCount[];
  /** Weights of this tower, and the bytes they take. */
  readonly parameters: number;
  readonly parameterBytes: number;
}

/** Everything about a checkpoint that can be known without data. */
export interface CheckpointInspection {
  readonly id: string;
  readonly path: string;
  readonly layout: "hugging-face" | "open_clip" | "shiftline";
  readonly fingerprint: string;
  readonly files: readonly CheckpointFile[];
  readonly image: TowerInspection;
  readonly text: TowerInspection | null;
  readonly preprocessing: Preprocessing;
  readonly preprocessingSource: string;
  readonly tokenizer: Pick<Tokenizer, "description" | "cleaning" | "vocabularySize" | "padId" | "endOfText"> | null;
  readonly contextLength: number | null;
  /** What said the context length. */
  readonly contextSource: string | null;
  /** Whatever decides the token ids of its texts, with what decided it; null where there is no text side. */
  readonly textIdentity: TextIdentity | null;
  /** Whether prompts may be cut to their own length: proved, not assumed. */
  readonly ownLength: boolean | null;
  /** Whether the id that texts are padded with takes part in their embeddings: tried, not assumed. */
  readonly paddingTakesPart: boolean | null;
  readonly notes: readonly string[];
  /** Why its numbers may be wrong. */
  readonly warnings: readonly string[];
  readonly checks: readonly ExportCheck[];
}

const PROBE_IMAGES = 3;
const PROBE_CAPTIONS = [...PROBE_PROMPTS, "a diagram of two dogs"] as const;

/**
 * Says all that is known of a checkpoint and runs the export's sanity checks on made-up images and captions.
 *
 * @throws InputError where `openCheckpoint` does, but for towers of different width, which is a failed check here
 */
export async function inspectCheckpoint(path: string, options: CheckpointOptions = {}): Promise<CheckpointInspection> {
  const { resolved, tokenizer, files, checkUnchanged } = await readCheckpoint(path, options);
  const checks: ExportCheck[] = [];

  const imageEncoder = await openImageEncoder(resolved.visionTower);
  const image = inspectTower(resolved.vision, resolved.vision.ports.pixels, imageEncoder.dimension);
  try {
    checks.push(...(await checkImages(imageEncoder, resolved, precisionClass(image.precision))));
  } finally {
    await imageEncoder.close();
  }
  checks.push(checkActivation("image", image.activations, ownConfigs(resolved)));

  let text: TowerInspection | null = null;
  let ownLength: boolean | null = null;
  let paddingTakesPart: boolean | null = null;
  let textIdentity: TextIdentity | null = null;
  const { textSettings } = resolved;
  if (resolved.text !== null && resolved.textTower !== null && textSettings !== null && tokenizer !== null) {
    const encoder = await openTextEncoder(resolved.textTower, tokenizer);
    ownLength = encoder.ownLength;
    textIdentity = identifyText(textSettings, tokenizer, files, resolved.textTower.pooled);
    text = inspectTower(resolved.text, resolved.text.ports.ids, encoder.dimension);
    try {
      const textChecks = await checkTexts(encoder, tokenizer, precisionClass(text.precision));
      checks.push(...textChecks);
      if (textChecks[0]?.status !== "failed") paddingTakesPart = await encoder.paddingTakesPart();
    } finally {
      await encoder.close();
    }
    checks.push(checkActivation("text", text.activations, ownConfigs(resolved)));
    checks.unshift(checkWidths(image.dimension, text.dimension));
  }
  await checkUnchanged();
  return {
    id: options.name ?? resolved.layout.stem,
    path,
    layout: resolved.layout.kind,
    fingerprint: checkpointFingerprint(files, resolved),
    files,
    image,
    text,
    preprocessing: resolved.preprocessing.preprocessing,
    preprocessingSource: resolved.preprocessing.files.join(" and "),
    tokenizer: tokenizer === null ? null : describeTokenizer(tokenizer),
    contextLength: resolved.textSettings?.contextLength ?? null,
    contextSource: resolved.textSettings?.contextSource ?? null,
    textIdentity,
    ownLength,
    paddingTakesPart,
    notes: resolved.notes,
    warnings: [
      ...resolved.warnings,
      ...warnOfTokenizer(resolved, tokenizer),
      ...(textIdentity === null || paddingTakesPart === null ? [] : warnOfPadding(textIdentity, paddingTakesPart)),
    ],
    checks,
  };
}

/** Where both libraries' configs lie in the folder, the one of the checkpoint's layout counts. */
function ownConfigs({ layout, configs }: ResolvedCheckpoint): ModelConfigs {
  if (layout.kind === "hugging-face") return configs.huggingFace === null ? configs : { ...configs, openClip: null };
  return configs.openClip === null ? configs : { ...configs, huggingFace: null };
}

async function checkImages(
  encoder: ImageEncoder,
  resolved: ResolvedCheckpoint,
  precision: "float32" | "float16" | "quantised",
): Promise<ExportCheck[]> {
  const size = resolved.preprocessing.preprocessing.size;
  const pixels = makeProbeImages(PROBE_IMAGES, size);
  const imageLength = 3 * size.height * size.width;
  const encode = (from: number, to: number) =>
    encoder.encode(pixels.subarray(from * imageLength, to * imageLength), to - from);
  return await checkTower("image", PROBE_IMAGES, encode, precision);
}

async function checkTexts(
  encoder: TextEncoder,
  tokenizer: Tokenizer,
  precision: "float32" | "float16" | "quantised",
): Promise<ExportCheck[]> {
  const rows = PROBE_CAPTIONS.map((caption) => tokenizer.encode(caption, encoder.contextLength));
  const checks = await checkTower("text", rows.length, (from, to) => encoder.encode(rows.slice(from, to)), precision);
  const works = checks.every((check) => check.status !== "failed");
  return works ? [...checks, await checkCaptionEnds(encoder, tokenizer)] : checks;
}

function inspectTower(
  tower: ResolvedTower<{ readonly embedding: TensorInfo }>,
  input: TensorInfo,
  dimension: number,
): TowerInspection {
  const { model } = tower;
  const slice = sliceGraph(model, tower.ports.embedding.name);
  const weights = slice.tensors.filter((tensor) => !/^(u?int(16|32|64)|bool|string)$/.test(tensor.type));
  const isQuantised = slice.nodes.some((node) => /Quantize|Integer|QLinear|NBits/.test(node.op));
  const type = mainType(weights);
  return {
    file: tower.file,
    inputs: model.inputs,
    outputs: model.outputs,
    input: input.name,
    output: tower.ports.embedding.name,
    producer: model.producer,
    irVersion: model.irVersion,
    opsets: Object.fromEntries(model.opsets),
    precision: isQuantised ? `quantised (${type})` : type,
    batchSize: fixedAxis(input, 0),
    sequenceLength: input.shape.length === 2 ? fixedAxis(input, 1) : null,
    dimension,
    activations: findActivations(slice),
    parameters: weights.reduce((sum, tensor) => sum + elementCount(tensor), 0),
    parameterBytes: weights.reduce((sum, tensor) => sum + tensorBytes(tensor), 0),
  };
}

/** The element type that most weights have. */
function mainType(weights: readonly OnnxTensor[]): string {
  const counts = new Map<string, number>();
  for (const tensor of weights) counts.set(tensor.type, (counts.get(tensor.type) ?? 0) + elementCount(tensor));
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? "unknown";
}

function precisionClass(precision: string): "float32" | "float16" | "quantised" {
  if (precision.startsWith("quantised")) return "quantised";
  return /float16/.test(precision) ? "float16" : "float32";
}

function describeTokenizer(tokenizer: Tokenizer): NonNullable<CheckpointInspection["tokenizer"]> {
  const { description, cleaning, vocabularySize, padId, endOfText } = tokenizer;
  return { description, cleaning, vocabularySize, padId, endOfText };
}
