import { InputError } from "../input-error.ts";

/** A short and a longer prompt; the longer one has a comma and words of several tokens. */
export const PROBE_PROMPTS = [
  "a cat",
  "a photo of a chesapeake bay retriever, sleeping on an upholstered armchair",
] as const;

/** Unit vectors that agree this well, element by element, are one embedding computed in two orders of summation. */
const TOLERANCE = 1e-5;

/**
 * Proves that a text tower gives a prompt the same embedding at its own length as padded to the full context: two probe
 * prompts, each alone at its own length and both in one batch at the longer one's, against both at full context. True
 * of causal towers that pool at the end-of-text token; not of SigLIP, whose padding takes part.
 *
 * @param probes the probes' token ids, the shorter first
 * @param encode embeds rows padded to `length`; (n, d)
 * @returns whether all agree within 1e-5 as unit vectors; false where the graph does not run at the shorter length, or
 *   a probe fills the context, so that nothing would be proved
 */
export async function proveOwnLength(
  probes: readonly [Int32Array, Int32Array],
  contextLength: number,
  encode: (rows: readonly Int32Array[], length: number) => Promise<Float32Array>,
): Promise<boolean> {
  const [short, long] = probes;
  if (short.length >= long.length || long.length >= contextLength) return false;
  const full = await encode(probes, contextLength);
  const d = full.length / 2;
  try {
    const together = await encode(probes, long.length);
    const aloneShort = await encode([short], short.length);
    const aloneLong = await encode([long], long.length);
    const [fullShort, fullLong] = [full.subarray(0, d), full.subarray(d)];
    return (
      unitDistance(together.subarray(0, d), fullShort) <= TOLERANCE &&
      unitDistance(together.subarray(d), fullLong) <= TOLERANCE &&
      unitDistance(aloneShort, fullShort) <= TOLERANCE &&
      unitDistance(aloneLong, fullLong) <= TOLERANCE
    );
  } catch (cause) {
    if (cause instanceof InputError) return false;
    throw cause;
  }
}

/** The largest difference between the elements of two vectors brought to unit length; infinite if one has no length. */
export function unitDistance(a: Float32Array, b: Float32Array): number {
  const [lengthA, lengthB] = [Math.hypot(...a), Math.hypot(...b)];
  if (lengthA === 0 || lengthB === 0 || a.length !== b.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    largest = Math.max(largest, Math.abs((a[i] as number) / lengthA - (b[i] as number) / lengthB));
  }
  return largest;
}
