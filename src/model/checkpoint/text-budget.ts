/**
 * Squares of token counts in one batch: attention keeps rows × heads × length² numbers of a layer, so this is about 1 GB at
 * sixteen heads. At CLIP's 77 tokens it is 2,829 texts, more than any batch; at 8,192 tokens one text is beyond it by itself.
 */
const MOST_SQUARES = 2 ** 24;

/** Tokens to which probes are padded at most. What a probe of a dozen tokens shows at 512 holds at 8,192 too, where it would take gigabytes. */
const MOST_PROBED = 512;

/** How many texts of a length are embedded at once, from 1; the graph's fixed batch where it has one. */
export function textsAtOnce(texts: number, length: number, fixedBatch: number | null): number {
  return fixedBatch ?? Math.max(1, Math.min(texts, Math.floor(MOST_SQUARES / length ** 2)));
}

/** The context in which probes are tried: the whole one where it is short, or where the graph takes no other. */
export function probedContext(contextLength: number, fixedLength: number | null): number {
  return fixedLength ?? Math.min(contextLength, MOST_PROBED);
}
