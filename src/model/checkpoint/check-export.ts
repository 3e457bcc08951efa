import { findActivations } from "../onnx/activation.ts";
import { sliceGraph } from "../onnx/graph-slice.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import { checkActivation, configsOfLayout } from "./activation-check.ts";
import type { EncoderGraph } from "./encoder-graph.ts";
import type { EncoderOptions } from "./encoders.ts";
import { checkCaptionEnds, checkTower, checkWidths, type ExportCheck, makeProbeImages } from "./export-checks.ts";
import { openImageEncoder } from "./image-encoder.ts";
import type { ResolvedCheckpoint } from "./resolve-checkpoint.ts";
import { openTextEncoder } from "./text-encoder.ts";
import { type PrecisionClass, precisionClass } from "./tower-precision.ts";
import { PROBE_PROMPTS } from "./variable-length.ts";

/** The facts of a checkpoint that the checks need: small, so that a sweep can keep them for many checkpoints. */
export interface ExportSubject {
  readonly image: CheckedGraph;
  /** Null if the checkpoint has no text tower. */
  readonly text: (CheckedGraph & { readonly tokenizer: Tokenizer }) | null;
}

interface CheckedGraph {
  readonly tower: EncoderGraph;
  readonly precision: PrecisionClass;
  /** The check of the graph's nodes, which needs no run. */
  readonly activation: ExportCheck;
}

/** Options of `Checkpoint.runExport`. */
export interface RunOptions extends EncoderOptions {
  /** also test whether text embeddings depend on the padding id */
  readonly tryPadding?: boolean;
}

/** Results of running an export on synthetic inputs. */
export interface ExportRun {
  /** d of each tower; null for a missing text tower */
  readonly dimensions: {
    /** width of an image embedding */
    readonly image: number;
    /** width of a text embedding; null if there is no text tower */
    readonly text: number | null;
  };
  /** whether the text graph takes texts shorter than the context; null if there is no text tower */
  readonly ownLength: boolean | null;
  /** whether text embeddings depend on the padding id; null if that was not requested or could not be tested */
  readonly paddingTakesPart: boolean | null;
  /** results of the checks of each tower */
  readonly checks: {
    /** of the image tower */
    readonly image: readonly ExportCheck[];
    /** of the text tower; empty if there is none */
    readonly text: readonly ExportCheck[];
  };
}

/** Increases whenever a check is added or changed, so that checkpoints that passed an earlier version are checked again. */
export const CHECKS_VERSION = 1;

const PROBE_IMAGES = 3;
const PROBE_CAPTIONS = [...PROBE_PROMPTS, "a diagram of two dogs"] as const;

export function exportSubject(resolved: ResolvedCheckpoint, tokenizer: Tokenizer | null): ExportSubject {
  const configs = configsOfLayout(resolved.layout, resolved.configs);
  const { vision, visionTower, text, textTower } = resolved;
  const imageSlice = sliceGraph(vision.model, vision.signature.embedding.name);
  const image: CheckedGraph = {
    tower: visionTower,
    precision: precisionClass(imageSlice),
    activation: checkActivation("image", findActivations(imageSlice), configs),
  };
  if (text === null || textTower === null || tokenizer === null) return { image, text: null };
  const textSlice = sliceGraph(text.model, text.signature.embedding.name);
  const activation = checkActivation("text", findActivations(textSlice), configs);
  return { image, text: { tower: textTower, precision: precisionClass(textSlice), activation, tokenizer } };
}

/**
 * Runs both towers on synthetic images and captions, one after the other, so that only one graph is loaded at a time: about ten
 * embeddings each, and the proof of variable length.
 *
 * @throws InputError if onnxruntime cannot load a graph, or the width of an output varies
 */
export async function runExport(subject: ExportSubject, options: RunOptions = {}): Promise<ExportRun> {
  const image = await runImages(subject.image, subject.text?.tokenizer ?? null, options);
  const text = subject.text === null ? null : await runTexts(subject.text, options);
  return {
    dimensions: { image: image.dimension, text: text?.dimension ?? null },
    ownLength: text?.ownLength ?? null,
    paddingTakesPart: text?.paddingTakesPart ?? null,
    checks: { image: image.checks, text: text?.checks ?? [] },
  };
}

/** All checks of an export, in the order of the report. */
export function listChecks(subject: ExportSubject, { dimensions, checks }: ExportRun): ExportCheck[] {
  const widths = dimensions.text === null ? [] : [checkWidths(dimensions.image, dimensions.text)];
  const text = subject.text === null ? [] : [...checks.text, subject.text.activation];
  return [...widths, ...checks.image, subject.image.activation, ...text];
}

interface TowerRun {
  readonly dimension: number;
  readonly checks: readonly ExportCheck[];
}

async function runImages(
  { tower, precision }: CheckedGraph,
  tokenizer: Tokenizer | null,
  options: EncoderOptions,
): Promise<TowerRun> {
  const encoder = await openImageEncoder(tower, options);
  try {
    const texts = tokenizer && { rows: captions(tokenizer, tower.contextLength), padId: tokenizer.padId };
    const pixels = makeProbeImages(PROBE_IMAGES, tower.size);
    const length = pixels.length / PROBE_IMAGES;
    const { dimension, encode, encodeBeside } = encoder;
    const part = (from: number, to: number) => pixels.subarray(from * length, to * length);
    const checks = await checkTower({
      tower: "image",
      n: PROBE_IMAGES,
      precision,
      encode: (from, to) => encode(part(from, to), to - from),
      encodeBeside: encodeBeside && texts && ((from, to) => encodeBeside(part(from, to), to - from, texts)),
    });
    return { dimension, checks };
  } finally {
    await encoder.close();
  }
}

async function runTexts(
  { tower, precision, tokenizer }: NonNullable<ExportSubject["text"]>,
  options: RunOptions,
): Promise<TowerRun & Pick<ExportRun, "ownLength" | "paddingTakesPart">> {
  const encoder = await openTextEncoder(tower, tokenizer, options);
  try {
    const { dimension, variableLength: ownLength, encode, encodeBeside } = encoder;
    const rows = captions(tokenizer, encoder.contextLength);
    const checks = await checkTower({
      tower: "text",
      n: rows.length,
      precision,
      encode: (from, to) => encode(rows.slice(from, to)),
      encodeBeside: encodeBeside && ((from, to) => encodeBeside(rows.slice(from, to))),
    });
    const works = checks[0]?.status !== "failed"; // otherwise the tower fails or returns no numbers
    return {
      dimension,
      ownLength,
      paddingTakesPart: works && options.tryPadding === true ? await encoder.paddingTakesPart() : null,
      checks: works ? [...checks, ...(await checkCaptionEnds(encoder, tokenizer, precision))] : checks,
    };
  } finally {
    await encoder.close();
  }
}

function captions(tokenizer: Tokenizer, contextLength: number): Int32Array[] {
  return PROBE_CAPTIONS.map((caption) => tokenizer.encode(caption, contextLength));
}
