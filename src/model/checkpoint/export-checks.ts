import type { ImageSize } from "../../data/image/preprocessing.ts";
import { InputError } from "../../foundation/errors.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import type { TextEncoder } from "./encoders.ts";
import { unitDistance } from "./variable-length.ts";

/** A sanity check of an export, with a sentence about the result. */
export interface ExportCheck {
  /** what is checked */
  readonly name: string;
  /** `failed`: the export's numbers would be wrong */
  readonly status: "ok" | "warning" | "failed";
  /** what was found, one sentence */
  readonly detail: string;
}

/** Maximum difference between the unit vectors of a batch of 1 and a batch of n, per element, by precision of the weights. */
const BATCH_TOLERANCE = { float32: 1e-4, float16: 5e-3, quantized: 1e-4 } as const;

/**
 * Kernels for quantized weights may use another code path for one row than for several. Mixing of rows causes a much larger
 * difference.
 */
const QUANTIZED_ROUNDING = 1e-2;

/** The tower does not distinguish captions closer than this: rounding errors are smaller. */
const SAME_CAPTION = 1e-5;

/**
 * If activations are quantized by their range, an ignored word still affects the rounding. Measured on towers of 1 to 24 layers,
 * relative to the effect of the first word: usually up to 0.1 for an ignored last word, at least 0.3 for one that is used.
 */
const ROUNDED_END = 0.15;

/** Unit vectors closer than this count as the same embedding: the rounding error of float32 at 1. */
const SAME_EMBEDDING = 1e-6;

/** Maximum deviation from 1 of the sum of a softmax in float16. */
const SUM_OF_PROBABILITIES = 2e-3;

/** Maximum length of a test caption in tokens: no prompt of a benchmark is longer, and the cost grows quadratically. */
const MAX_CAPTION_TOKENS = 256;

/** Creates smooth, distinct images (n, 3, H, W) in the typical range of normalized pixels. */
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

/** Checks that both towers return embeddings of the same width. */
export function checkWidths(image: number, text: number): ExportCheck {
  const name = "towers agree in width";
  if (image === text) return { name, status: "ok", detail: `both return ${image} numbers` };
  return { name, status: "failed", detail: `the image tower returns ${image} numbers, the text tower ${text}` };
}

/** A tower as the checks use it: n inputs, embedded in batches of (to − from, d). */
export interface CheckedTower {
  readonly tower: "image" | "text";
  readonly n: number;
  readonly precision: keyof typeof BATCH_TOLERANCE;
  /** embeds inputs [from, to) as one batch */
  encode(from: number, to: number): Promise<Float32Array>;
  /** the same with different inputs for the graph's other tower; null if it has none */
  readonly encodeBeside: ((from: number, to: number) => Promise<Float32Array>) | null;
}

/**
 * Runs a tower on a few inputs and checks its embeddings: they are finite and deterministic, do not depend on the batch or on the
 * graph's other tower, differ for different inputs, have a direction, and are not scores. Six inputs are embedded, nine if the
 * graph has two towers.
 */
export async function checkTower(subject: CheckedTower): Promise<ExportCheck[]> {
  const { tower, n } = subject;
  const finite = `${tower} embeddings are finite`;
  return await orFailed(finite, async () => {
    const together = await subject.encode(0, n);
    const d = together.length / n;
    const rowOf = (i: number) => together.subarray(i * d, (i + 1) * d);
    const checks: ExportCheck[] = [
      { name: finite, status: "ok", detail: `${n} embeddings of ${d} numbers, none NaN or infinite` },
      ...(await checkRows(subject, rowOf)),
      describeLengths(tower, together, n),
    ];
    if (subject.encodeBeside !== null) checks.push(...(await checkOtherSide(subject, subject.encodeBeside, rowOf)));
    return [...checks, checkDistinct(subject, rowOf), checkScores(subject, rowOf, d)];
  });
}

/** Embeds the first and the last input alone: if an export mixes the rows of a batch, at least one of them changes. */
async function checkRows(
  { tower, n, precision, encode }: CheckedTower,
  rowOf: (i: number) => Float32Array,
): Promise<ExportCheck[]> {
  const name = `${tower} embeddings do not depend on the batch`;
  const deterministic = `${tower} embeddings are deterministic`;
  return await orFailed(name, async () => {
    const first = await encode(0, 1);
    const last = await encode(n - 1, n);
    const again = await encode(n - 1, n);
    const differing = rowDistance(last, again);
    const bits =
      differing === 0 ? "two runs return the same bits" : `two runs differ by up to ${formatDifference(differing)}`;
    const largest = Math.max(rowDistance(first, rowOf(0)), rowDistance(last, rowOf(n - 1)));
    const found = `alone and in a batch of ${n} they differ by up to ${formatDifference(largest)}`;
    const fits = largest <= BATCH_TOLERANCE[precision];
    const rounds = precision === "quantized" && largest <= QUANTIZED_ROUNDING;
    return [
      { name: deterministic, status: differing <= SAME_EMBEDDING ? "ok" : "warning", detail: bits },
      fits
        ? { name, status: "ok", detail: found }
        : rounds
          ? { name, status: "warning", detail: `${found}: rounding depends on the size of the batch` }
          : { name, status: "failed", detail: `${found}: the export mixes the rows of a batch` },
    ];
  });
}

/**
 * Detects outputs of a graph with two towers that are logits, or image features fused with the text: an embedding does not depend
 * on the other input.
 */
async function checkOtherSide(
  { tower, n, precision }: CheckedTower,
  encodeBeside: (from: number, to: number) => Promise<Float32Array>,
  rowOf: (i: number) => Float32Array,
): Promise<ExportCheck[]> {
  const otherInputs = tower === "image" ? "texts" : "images";
  const name = `${tower} embeddings do not depend on the ${otherInputs}`;
  const verdict = "the output is scores against them, or a fusion of both, not an embedding";
  let withOthers: Float32Array;
  try {
    withOthers = await encodeBeside(0, n);
  } catch (cause) {
    if (!(cause instanceof InputError)) throw cause;
    return [{ name, status: "failed", detail: `with other ${otherInputs}: ${cause.message}: ${verdict}` }];
  }
  const d = withOthers.length / n;
  let largest = 0;
  for (let i = 0; i < n; i++) {
    largest = Math.max(largest, rowDistance(withOthers.subarray(i * d, (i + 1) * d), rowOf(i)));
  }
  if (largest <= BATCH_TOLERANCE[precision])
    return [{ name, status: "ok", detail: `they are the same with other ${otherInputs}` }];
  const detail = `with other ${otherInputs} they differ by up to ${formatDifference(largest)}: ${verdict}`;
  return [{ name, status: "failed", detail }];
}

function checkDistinct({ tower, n }: CheckedTower, rowOf: (i: number) => Float32Array): ExportCheck {
  const name = `${tower} embeddings of different ${tower}s differ`;
  let largest = 0;
  for (let i = 1; i < n; i++) largest = Math.max(largest, rowDistance(rowOf(0), rowOf(i)));
  if (largest > SAME_EMBEDDING) return { name, status: "ok", detail: `by up to ${formatDifference(largest)}` };
  const detail = `${n} different ${tower}s have the same embedding (they differ by ${formatDifference(largest)}): the output does not depend on its input, or the weights are untrained`;
  return { name, status: "failed", detail };
}

/** Detects scores: one number per row, or rows of probabilities, for texts inside the graph or among its inputs. */
function checkScores({ tower, n }: CheckedTower, rowOf: (i: number) => Float32Array, d: number): ExportCheck {
  const name = `${tower} embeddings are not scores`;
  if (d === 1)
    return { name, status: "failed", detail: "one number each: that is a score; every cosine would be 1 or -1" };
  const areProbabilities = Array.from({ length: n }, (_, i) => rowOf(i)).every(
    (values) =>
      values.every((value) => value >= 0) &&
      Math.abs(values.reduce((sum, value) => sum + value, 0) - 1) <= SUM_OF_PROBABILITIES,
  );
  if (areProbabilities)
    return { name, status: "failed", detail: "every row contains probabilities: none is negative, and their sum is 1" };
  return { name, status: "ok", detail: `${d} numbers each` };
}

function describeLengths(tower: "image" | "text", embeddings: Float32Array, n: number): ExportCheck {
  const d = embeddings.length / n;
  const lengths = Array.from({ length: n }, (_, i) => Math.hypot(...embeddings.subarray(i * d, (i + 1) * d)));
  const [shortest, longest] = [Math.min(...lengths), Math.max(...lengths)];
  const name = `${tower} embeddings have a length`;
  if (shortest === 0) return { name, status: "failed", detail: "an embedding is all zeros" };
  const isUnit = lengths.every((length) => Math.abs(length - 1) <= 1e-2);
  const range = `lengths ${shortest.toPrecision(4)} to ${longest.toPrecision(4)}`;
  return { name, status: "ok", detail: isUnit ? "normalized by the graph" : `not normalized by the graph: ${range}` };
}

/** The distance between the directions of two vectors; 0 for two zero vectors, which a separate check detects. */
function rowDistance(a: Float32Array, b: Float32Array): number {
  const isZero = (values: Float32Array) => values.every((value) => value === 0);
  return isZero(a) && isZero(b) ? 0 : unitDistance(a, b);
}

/** The results of a check, or a failed check if the tower could not run. */
async function orFailed(name: string, run: () => Promise<ExportCheck[]>): Promise<ExportCheck[]> {
  try {
    return await run();
  } catch (cause) {
    if (cause instanceof InputError) return [{ name, status: "failed", detail: cause.message }];
    throw cause;
  }
}

/**
 * Checks that captions that differ only in their last word have different embeddings: a short pair, and one that nearly fills the
 * context. Exports that search for the wrong end-of-text token pool the start of the text and fail this check.
 *
 * @see huggingface/transformers pull request 24777 (`eos_token_id: 2` in published CLIP configs)
 */
export async function checkCaptionEnds(
  encoder: TextEncoder,
  tokenizer: Tokenizer,
  precision: CheckedTower["precision"],
): Promise<ExportCheck[]> {
  const name = "captions that differ only at their end differ";
  return await orFailed(name, async () => [await compareCaptionEnds(name, encoder, tokenizer, precision)]);
}

async function compareCaptionEnds(
  name: string,
  encoder: TextEncoder,
  tokenizer: Tokenizer,
  precision: CheckedTower["precision"],
): Promise<ExportCheck> {
  const longest = Math.min(encoder.contextLength, MAX_CAPTION_TOKENS);
  const pairOf = (start: string) => makePair((word) => `${start} ${word}`, tokenizer, encoder.contextLength);
  const short = ["a photo of a", "a photo", "a"].map(pairOf).find((pair) => pair.length > 0) ?? [];
  if (short.length === 0)
    return {
      name,
      status: "warning",
      detail: "the tokenizer does not distinguish the last words of the test captions",
    };
  const long = pairOf(longestStart(tokenizer, longest));
  const starts = precision === "quantized" ? makePair((word) => `${word} a photo of a`, tokenizer, longest) : [];
  const rows = [...short, ...(long.length > 0 ? long : short), ...starts];
  const embeddings = await encoder.encode(rows);
  const d = encoder.dimension;
  const at = (i: number) => embeddings.subarray(i * d, (i + 1) * d);
  const distances = [unitDistance(at(0), at(1)), unitDistance(at(2), at(3))];
  const [shortDistance, longDistance] = distances.map(formatDifference);
  const found = `short captions by ${shortDistance}, captions of ${rows[2]?.length} tokens by ${longDistance}`;
  const startDistance = starts.length === 0 ? 0 : unitDistance(at(4), at(5));
  if (Math.min(...distances) > SAME_CAPTION && (distances[0] as number) < ROUNDED_END * startDistance) {
    const detail = `they hardly differ: ${found}, by ${formatDifference(startDistance)} where the first word differs: the difference may only be the rounding of quantized activations, because the export searches for the wrong end-of-text token`;
    return { name, status: "warning", detail };
  }
  if (distances.every((distance) => distance > SAME_CAPTION))
    return { name, status: "ok", detail: `they differ: ${found}` };
  const detail = `they do not differ (${found}): the export searches for the wrong end-of-text token, or truncates captions`;
  return { name, status: "failed", detail };
}

/** Two captions that differ in one word and in their ids; none if no pair of words works. */
function makePair(caption: (word: string) => string, tokenizer: Tokenizer, contextLength: number): Int32Array[] {
  for (const words of [
    ["dog", "cat"],
    ["b", "c"],
    ["1", "2"],
    ["x", "y"],
    ["\u72ac", "\u732b"], // dog and cat, for vocabularies without Latin letters
  ]) {
    const pair = words.map((word) => tokenizer.encode(caption(word), contextLength)) as [Int32Array, Int32Array];
    if (pair[0].length !== pair[1].length || pair[0].some((id, i) => id !== pair[1][i])) return pair;
  }
  return [];
}

/** The start of a caption that leaves room for a word: its tokens end four before the context length. */
function longestStart(tokenizer: Tokenizer, contextLength: number): string {
  let start = "a photo of a";
  for (let i = 0; i < contextLength; i++) {
    const longer = `${start} ${["big", "red", "and", "old"][i % 4]}`;
    if (tokenizer.encode(longer, contextLength).length > contextLength - 4) return start;
    start = longer;
  }
  return start;
}

function formatDifference(difference: number): string {
  return difference === 0 ? "0" : difference.toExponential(1);
}
