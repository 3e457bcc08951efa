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

/** What the checks need of a checkpoint: little, so that a sweep can hold it for each of many. */
export interface ExportSubject {
  readonly image: CheckedGraph;
  /** Null where the checkpoint has no text side. */
  readonly text: (CheckedGraph & { readonly tokenizer: Tokenizer }) | null;
}

interface CheckedGraph {
  readonly tower: EncoderGraph;
  readonly precision: PrecisionClass;
  /** What the graph's own nodes show, which takes no run. */
  readonly activation: ExportCheck;
}

/** Options of `Checkpoint.runExport`. */
export interface RunOptions extends EncoderOptions {
  /** also try whether the padding id takes part in text embeddings */
  readonly tryPadding?: boolean;
}

/** What running an export on made-up inputs showed. */
export interface ExportRun {
  /** d of each tower; null for text where there is none */
  readonly dimensions: {
    /** width of an image embedding */
    readonly image: number;
    /** width of a text embedding; null where there is no text side */
    readonly text: number | null;
  };
  /** whether the text graph takes texts shorter than the context; null where there is no text side */
  readonly ownLength: boolean | null;
  /** whether the padding id takes part in text embeddings; null where that was not asked for, or could not be tried */
  readonly paddingTakesPart: boolean | null;
  /** what the checks of each side found */
  readonly checks: {
    /** of the image side */
    readonly image: readonly ExportCheck[];
    /** of the text side; empty where there is none */
    readonly text: readonly ExportCheck[];
  };
}

/** Goes up whenever a check is added or judges differently: what an earlier version passed is then checked again. */
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
 * Runs both towers on made-up images and captions, one after the other, so that no more than one graph is loaded: about ten
 * embeddings of each, and the proof of own length.
 *
 * @throws InputError if onnxruntime cannot load a graph, or a side's output has no one width
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

/** Every check of an export, in the order of the report. */
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
    const works = checks[0]?.status !== "failed"; // else it cannot be run, or gives no numbers
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
