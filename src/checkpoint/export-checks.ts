import { InputError } from "../input-error.ts";
import type { ActivationCount } from "../onnx/activation.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import type { TextEncoder } from "./encoders.ts";
import type { ImageSize } from "./graph-feeds.ts";
import type { ModelConfigs } from "./model-config.ts";
import { unitDistance } from "./own-length.ts";

/** One sanity check of an export, with what was found in a sentence. */
export interface ExportCheck {
  readonly name: string;
  readonly status: "ok" | "warning" | "failed";
  readonly detail: string;
}

/** How well a batch of 1 and a batch of n must agree, element by element of unit vectors, by the weights' precision. */
const BATCH_TOLERANCE = { float32: 1e-4, float16: 5e-3, quantised: 1e-4 } as const;

/** Captions closer than this are one caption to the tower: rounding alone stays below it. */
const SAME_CAPTION = 1e-5;

/** Smooth, different images, (n, 3, H, W), values about as normalised pixels have them. */
export function makeProbeImages(n: number, { height, width }: ImageSize): Float32Array {
  const pixels = new Float32Array(n * 3 * height * width);
  let p = 0;
  for (let i = 0; i < n; i++) {
    for (let channel = 0; channel < 3; channel++) {
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          const wave = Math.sin(((i + 2) * 3.1 * y) / height + channel) + Math.cos(((5 - i) * 4.7 * x) / width - i);
          pixels[p++] = wave + 0.3 * Math.sin(12.9898 * x + 78.233 * y + i);
        }
      }
    }
  }
  return pixels;
}

/** Whether both towers give embeddings of one width. */
export function checkWidths(image: number, text: number): ExportCheck {
  const name = "towers agree in width";
  if (image === text) return { name, status: "ok", detail: `both give ${image} numbers` };
  return { name, status: "failed", detail: `the image tower gives ${image} numbers, the text tower ${text}` };
}

/**
 * Runs a tower on a few inputs: finite, deterministic, the same alone as in a batch, normalised or not.
 *
 * @param tower     "image" or "text"
 * @param n         how many inputs
 * @param encode    embeds inputs [from, to) as one batch, (to − from, d)
 * @param precision what the weights are
 */
export async function checkTower(
  tower: "image" | "text",
  n: number,
  encode: (from: number, to: number) => Promise<Float32Array>,
  precision: keyof typeof BATCH_TOLERANCE,
): Promise<ExportCheck[]> {
  const finite = `${tower} embeddings are finite`;
  let together: Float32Array;
  try {
    together = await encode(0, n);
  } catch (cause) {
    if (cause instanceof InputError) return [{ name: finite, status: "failed", detail: cause.message }];
    throw cause;
  }
  const d = together.length / n;
  const again = await encode(0, n);
  const largest = together.reduce((most, value, i) => Math.max(most, Math.abs(value - (again[i] as number))), 0);
  const detail = largest === 0 ? "two runs give the same bits" : `two runs differ by up to ${inShort(largest)}`;
  return [
    { name: finite, status: "ok", detail: `${n} embeddings of ${d} numbers, none NaN or infinite` },
    { name: `${tower} embeddings are deterministic`, status: largest === 0 ? "ok" : "warning", detail },
    await checkBatch(tower, n, encode, together, precision),
    describeLengths(tower, together, n),
  ];
}

async function checkBatch(
  tower: "image" | "text",
  n: number,
  encode: (from: number, to: number) => Promise<Float32Array>,
  together: Float32Array,
  precision: keyof typeof BATCH_TOLERANCE,
): Promise<ExportCheck> {
  const name = `${tower} embeddings do not depend on the batch`;
  const d = together.length / n;
  let largest = 0;
  for (let i = 0; i < n; i++) {
    try {
      largest = Math.max(largest, unitDistance(await encode(i, i + 1), together.subarray(i * d, (i + 1) * d)));
    } catch (cause) {
      if (cause instanceof InputError) return { name, status: "failed", detail: cause.message };
      throw cause;
    }
  }
  const found = `alone and in a batch of ${n} they differ by up to ${inShort(largest)}`;
  if (largest <= BATCH_TOLERANCE[precision]) return { name, status: "ok", detail: found };
  return { name, status: "failed", detail: `${found}: the export mixes the rows of a batch` };
}

function describeLengths(tower: "image" | "text", embeddings: Float32Array, n: number): ExportCheck {
  const d = embeddings.length / n;
  const lengths = Array.from({ length: n }, (_, i) => Math.hypot(...embeddings.subarray(i * d, (i + 1) * d)));
  const [shortest, longest] = [Math.min(...lengths), Math.max(...lengths)];
  const name = `${tower} embeddings have a length`;
  if (shortest === 0) return { name, status: "failed", detail: "an embedding is all zeros" };
  const isUnit = lengths.every((length) => Math.abs(length - 1) <= 1e-2);
  const range = `lengths ${shortest.toPrecision(4)} to ${longest.toPrecision(4)}`;
  return { name, status: "ok", detail: isUnit ? "normalised by the graph" : `not normalised by the graph: ${range}` };
}

/**
 * Whether captions that differ only in their last word get different embeddings, a short pair and one that nearly fills
 * the context. Exports that look for the wrong end-of-text token pool the start of the text and fail this.
 *
 * @see huggingface/transformers pull request 24777 (`eos_token_id: 2` in published CLIP configs)
 */
export async function checkCaptionEnds(encoder: TextEncoder, tokenizer: Tokenizer): Promise<ExportCheck> {
  const name = "captions that differ only at their end differ";
  const rows = [...makePair("a photo of a", tokenizer, encoder.contextLength)];
  rows.push(...makePair(longestStart(tokenizer, encoder.contextLength), tokenizer, encoder.contextLength));
  if (rows.length < 4)
    return { name, status: "warning", detail: "the tokenizer does not tell the test's last words apart" };
  const embeddings = await encoder.encode(rows);
  const d = encoder.dimension;
  const at = (i: number) => embeddings.subarray(i * d, (i + 1) * d);
  const distances = [unitDistance(at(0), at(1)), unitDistance(at(2), at(3)), unitDistance(at(0), at(2))];
  const [short, long] = distances.map(inShort);
  const found = `short captions by ${short}, captions of ${rows[2]?.length} tokens by ${long}`;
  if (distances.every((distance) => distance > SAME_CAPTION))
    return { name, status: "ok", detail: `they differ: ${found}` };
  const detail = `they do not differ (${found}): the export looks for the wrong end-of-text token, or cuts captions`;
  return { name, status: "failed", detail };
}

/** Two captions with one start whose ids differ, none where no pair of words does. */
function makePair(start: string, tokenizer: Tokenizer, contextLength: number): Int32Array[] {
  for (const [one, other] of [
    ["dog", "cat"],
    ["b", "c"],
    ["1", "2"],
  ]) {
    const pair = [one, other].map((word) => tokenizer.encode(`${start} ${word}`, contextLength)) as [
      Int32Array,
      Int32Array,
    ];
    if (pair[0].length !== pair[1].length || pair[0].some((id, i) => id !== pair[1][i])) return pair;
  }
  return [];
}

/** A caption's start that leaves room for a word: its tokens stop four short of the context. */
function longestStart(tokenizer: Tokenizer, contextLength: number): string {
  let start = "a photo of a";
  for (let i = 0; i < contextLength; i++) {
    const longer = `${start} ${["big", "red", "and", "old"][i % 4]}`;
    if (tokenizer.encode(longer, contextLength).length > contextLength - 4) return start;
    start = longer;
  }
  return start;
}

/** What the graph has against what the model's config says: a QuickGELU model exported with GELU loses several points. */
export function checkActivation(
  tower: "image" | "text",
  activations: readonly ActivationCount[],
  configs: ModelConfigs,
): ExportCheck {
  const name = `${tower} activation`;
  const found =
    activations.map(({ name: activation, count }) => `${activation} x${count}`).join(", ") || "none recognised";
  const expected = expectedActivation(tower, configs);
  const gelus = activations.filter((activation) => activation.name.includes("GELU"));
  if (expected === null || gelus.length === 0) return { name, status: "ok", detail: `the graph has ${found}` };
  const isQuick = gelus.some((activation) => activation.name === "QuickGELU");
  if (isQuick === expected.quick)
    return { name, status: "ok", detail: `the graph has ${found}, as ${expected.source} says` };
  const wanted = expected.quick ? "QuickGELU" : "GELU";
  const detail = `the graph has ${found}, but ${expected.source} says ${wanted}: one of them is wrong, and accuracy suffers by points`;
  return { name, status: "warning", detail };
}

function expectedActivation(
  tower: "image" | "text",
  { openClip, huggingFace }: ModelConfigs,
): { quick: boolean; source: string } | null {
  if (huggingFace !== null) {
    const { model_type: type, vision_config: vision, text_config: text } = huggingFace.config;
    // transformers leaves out what is its default: QuickGELU for CLIP (configuration_clip.py).
    const hidden = (tower === "image" ? vision : text)?.hidden_act ?? (type === "clip" ? "quick_gelu" : null);
    if (hidden !== null)
      return { quick: hidden === "quick_gelu", source: `${huggingFace.file} (hidden_act ${hidden})` };
  }
  if (openClip === null) return null;
  const { vision_cfg: vision, text_cfg: text, quick_gelu: quick } = openClip.config;
  // quick_gelu does not reach timm towers, ResNets (ReLU), or text towers from Hugging Face.
  const applies = tower === "image" ? !vision?.timm_model_name && !Array.isArray(vision?.layers) : !text?.hf_model_name;
  return applies ? { quick: quick ?? false, source: `${openClip.file} (quick_gelu ${quick ?? "not set"})` } : null;
}

function inShort(difference: number): string {
  return difference === 0 ? "0" : difference.toExponential(1);
}
