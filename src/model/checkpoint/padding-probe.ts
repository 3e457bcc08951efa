import { InputError } from "../../foundation/errors.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import type { TextIdentity } from "./text-identity.ts";

/**
 * Maximum distance between the unit embeddings of one text with two paddings that still counts as independent of padding. `exact`
 * allows for two orders of summation. `rounded`: even masked padding affects the range by which activations are rounded, which
 * changed embeddings by up to 0.022 (test/fixtures/checkpoints/hf-split, int8).
 */
const TOLERANCE = { exact: 1e-5, rounded: 0.1 } as const;

/**
 * Tests whether an embedding depends on padding, by padding the probes with the padding id and with another id. Graphs that mask
 * padding or use causal attention return the same embedding for both.
 *
 * @param probes token ids, shorter than the context
 * @param precision whether the graph rounds activations
 * @param encode embeds rows padded to the context length with an id; (n, d)
 * @returns false if the probes fill the context
 */
export async function paddingTakesPart(
  probes: readonly Int32Array[],
  contextLength: number,
  tokenizer: Pick<Tokenizer, "padId" | "endOfText">,
  precision: keyof typeof TOLERANCE,
  encode: (rows: readonly Int32Array[], padId: number) => Promise<Float32Array>,
): Promise<boolean> {
  const short = probes.filter((row) => row.length < contextLength);
  if (short.length === 0) return false;
  const expected = await encode(short, tokenizer.padId);
  const d = expected.length / short.length;
  try {
    const found = await encode(short, unusedId(tokenizer, short));
    return short.some((_, i) => {
      const [from, to] = [i * d, (i + 1) * d];
      return !(distance(found.subarray(from, to), expected.subarray(from, to)) <= TOLERANCE[precision]);
    });
  } catch (cause) {
    if (cause instanceof InputError) return true; // the graph fails with the other id, so it uses it
    throw cause;
  }
}

/** Euclidean distance between two vectors scaled to unit length. */
function distance(a: Float32Array, b: Float32Array): number {
  const [lengthA, lengthB] = [Math.hypot(...a), Math.hypot(...b)];
  return Math.hypot(...a.map((value, i) => value / lengthA - (b[i] as number) / lengthB));
}

/** The smallest id that is neither padding nor a token of a probe: it does not end a text, and every vocabulary has it. */
function unusedId({ padId, endOfText }: Pick<Tokenizer, "padId" | "endOfText">, probes: readonly Int32Array[]): number {
  for (let id = 0; ; id++) {
    if (id !== padId && id !== endOfText && !probes.some((row) => row.includes(id))) return id;
  }
}

/** Warns that results may be wrong: embeddings depend on the padding id, and no file states it. */
export function warnOfPadding(text: TextIdentity, takesPart: boolean): string[] {
  if (!takesPart || text.isPaddingExplicit) return [];
  return [
    `text embeddings depend on the padding id, and no file states the id of training: ${text.padId} is used (${text.padSource}); another id changes predictions: set padId in a shiftline.json`,
  ];
}
