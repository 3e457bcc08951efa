import { InputError } from "../../foundation/errors.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import type { TextIdentity } from "./text-identity.ts";

/**
 * How far apart, as unit vectors, embeddings of one text under two paddings may be without padding taking part: two orders
 * of summation; where activations are rounded, padding that is masked still enters the range they are rounded by, which
 * moved embeddings by up to 0.022 (test/fixtures/checkpoints/hf-split, int8).
 */
const TOLERANCE = { exact: 1e-5, rounded: 0.1 } as const;

/**
 * Whether what fills a text up to the context takes part in its embedding: the probes, padded with the padding id and
 * with another. No graph that masks padding, or cannot look ahead, tells them apart.
 *
 * @param probes token ids, shorter than the context
 * @param precision whether the graph rounds activations
 * @param encode embeds rows padded with an id to the context; (n, d)
 * @returns false where the probes fill the context
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
    if (cause instanceof InputError) return true; // it does not run with the other: it is read
    throw cause;
  }
}

/** Euclidean distance of two vectors brought to unit length. */
function distance(a: Float32Array, b: Float32Array): number {
  const [lengthA, lengthB] = [Math.hypot(...a), Math.hypot(...b)];
  return Math.hypot(...a.map((value, i) => value / lengthA - (b[i] as number) / lengthB));
}

/** The smallest id that is neither padding nor a token of a probe: it ends no text, and is in every vocabulary. */
function unusedId({ padId, endOfText }: Pick<Tokenizer, "padId" | "endOfText">, probes: readonly Int32Array[]): number {
  for (let id = 0; ; id++) {
    if (id !== padId && id !== endOfText && !probes.some((row) => row.includes(id))) return id;
  }
}

/** Why the numbers may be wrong: padding takes part in the embeddings, and no file says which. */
export function warnOfPadding(text: TextIdentity, takesPart: boolean): string[] {
  if (!takesPart || text.isPaddingExplicit) return [];
  return [
    `padding takes part in the text embeddings, and no file says what the weights were trained with: id ${text.padId} is used (${text.padSource}); another gives other predictions: say it with padId in a shiftline.json`,
  ];
}
