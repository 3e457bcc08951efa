import { InputError } from "../../foundation/errors.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";

/** A short and a longer prompt; the longer one has a comma and words of several tokens. */
export const PROBE_PROMPTS = [
  "a cat",
  "a photo of a chesapeake bay retriever, sleeping on an upholstered armchair",
] as const;

/** Maximum difference per element of two unit vectors that count as one embedding computed in two orders of summation. */
const TOLERANCE = 1e-5;

/** Embeds rows padded to `length`; (n, d). */
type EncodeRows = (rows: readonly Int32Array[], length: number) => Promise<Float32Array>;

/**
 * Tests whether a text tower returns the same embedding for a prompt without padding as for one padded to the full context: two
 * probe prompts, each alone without padding and both in one batch at the length of the longer one, are compared with both at full
 * context. This holds for causal towers that pool at the end-of-text token, but not for SigLIP, whose embeddings depend on
 * padding.
 *
 * @param probes the probes' token ids, the shorter first
 * @returns whether all agree within 1e-5 as unit vectors; false if the graph does not run at the shorter length, or a probe fills
 *   the context and the test is not possible
 */
export async function proveVariableLength(
  probes: readonly [Int32Array, Int32Array],
  contextLength: number,
  encode: EncodeRows,
): Promise<boolean> {
  const [short, long] = probes;
  if (short.length >= long.length || long.length >= contextLength) return false;
  const full = rowsOf(await encode(probes, contextLength), 2);
  return (
    (await agrees(probes, long.length, full, encode)) &&
    (await agrees([short], short.length, full.slice(0, 1), encode)) &&
    (await agrees([long], long.length, full.slice(1), encode))
  );
}

/**
 * Creates a test of single lengths, which runs before the first batch of a length is used: a long probe is cut to that length and
 * embedded in one batch with the short probe. It does not depend on the texts of the batch, so every run decides alike.
 *
 * @returns a function that reports whether texts of a length keep their embeddings without further padding; each length is tested
 *   once
 */
export function createLengthProof(
  tokenizer: Pick<Tokenizer, "encode">,
  contextLength: number,
  encode: EncodeRows,
): (length: number) => Promise<boolean> {
  const short = tokenizer.encode(PROBE_PROMPTS[0], contextLength);
  let fullShort: Promise<Float32Array> | undefined;
  const prove = async (length: number): Promise<boolean> => {
    const text = `${PROBE_PROMPTS[1]} `.repeat(Math.ceil(length / 8)); // each repetition has more than 8 tokens
    const long = tokenizer.encode(text, length);
    const full = await encode([long], contextLength);
    if (short.length > length) return await agrees([long], length, [full], encode);
    fullShort ??= encode([short], contextLength);
    return await agrees([short, long], length, [await fullShort, full], encode);
  };
  const proved = new Map<number, Promise<boolean>>();
  return (length) => {
    if (length >= contextLength) return Promise.resolve(true);
    const proof = proved.get(length) ?? prove(length);
    proved.set(length, proof);
    return proof;
  };
}

/** Whether rows of a length have the same embeddings as at full context; false if the graph does not run. */
async function agrees(
  rows: readonly Int32Array[],
  length: number,
  expected: readonly Float32Array[],
  encode: EncodeRows,
): Promise<boolean> {
  try {
    const found = rowsOf(await encode(rows, length), rows.length);
    return found.every((embedding, i) => unitDistance(embedding, expected[i] as Float32Array) <= TOLERANCE);
  } catch (cause) {
    if (cause instanceof InputError) return false;
    throw cause;
  }
}

function rowsOf(embeddings: Float32Array, n: number): Float32Array[] {
  const d = embeddings.length / n;
  return Array.from({ length: n }, (_, i) => embeddings.subarray(i * d, (i + 1) * d));
}

/** The largest difference between the elements of two vectors scaled to unit length; infinite if one is zero. */
export function unitDistance(a: Float32Array, b: Float32Array): number {
  const [lengthA, lengthB] = [Math.hypot(...a), Math.hypot(...b)];
  if (lengthA === 0 || lengthB === 0 || a.length !== b.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    largest = Math.max(largest, Math.abs((a[i] as number) / lengthA - (b[i] as number) / lengthB));
  }
  return largest;
}
