import { InputError } from "../../foundation/errors.ts";

/**
 * Creates the normalizer of SentencePiece models (T5, mT5, XLM-RoBERTa, SigLIP): a trie of byte sequences with their
 * replacements. A grapheme of fewer than six bytes is looked up as a whole, then character by character; the shortest entry that
 * is a prefix of the piece replaces the whole piece, as in Hugging Face's tokenizers.
 *
 * Source: huggingface/tokenizers src/normalizers/precompiled.rs and the crate spm_precompiled (behavior); the trie is a
 * Darts-clone double array, https://github.com/s-yata/darts-clone
 *
 * @param base64 `precompiled_charsmap` of a tokenizer.json: byte length of the trie, trie, replacements separated by NUL
 * @throws InputError if it is too short for the stated length of the trie
 */
export function createCharsmap(base64: string): (text: string) => string {
  const bytes = Buffer.from(base64, "base64");
  const trieBytes = bytes.length < 4 ? -1 : bytes.readUInt32LE(0);
  if (trieBytes < 4 || 4 + trieBytes > bytes.length) throw new InputError("its precompiled_charsmap is truncated");
  const trie = Uint32Array.from({ length: trieBytes >> 2 }, (_, i) => bytes.readUInt32LE(4 + 4 * i));
  const replacements = bytes.subarray(4 + trieBytes);
  const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

  function replacementOf(piece: Uint8Array): string | undefined {
    const start = shortestMatch(trie, piece);
    if (start === undefined) return undefined;
    const end = replacements.indexOf(0, start);
    return replacements.toString("utf8", start, end === -1 ? replacements.length : end);
  }

  function normalizePiece(piece: string): string {
    const encoded = Buffer.from(piece, "utf8");
    const whole = encoded.length < LONGEST_PIECE ? replacementOf(encoded) : undefined;
    if (whole !== undefined) return whole;
    return Array.from(piece, (character) => replacementOf(Buffer.from(character, "utf8")) ?? character).join("");
  }

  const cache = new Map<string, string>();
  return (text) => {
    let normalized = "";
    for (const { segment } of graphemes.segment(text)) {
      let piece = cache.get(segment);
      if (piece === undefined) {
        piece = normalizePiece(segment);
        if (cache.size >= CACHED_PIECES) cache.clear();
        cache.set(segment, piece);
      }
      normalized += piece;
    }
    return normalized;
  };
}

const LONGEST_PIECE = 6; // bytes; the limit in tokenizers
const CACHED_PIECES = 1 << 14;

/** The value of the shortest key that is a prefix of `piece`, undefined if there is none. */
function shortestMatch(trie: Uint32Array, piece: Uint8Array): number | undefined {
  let node = offsetOf(trie[0] as number);
  for (const byte of piece) {
    if (byte === 0) return undefined;
    node ^= byte;
    const unit = trie[node];
    if (unit === undefined || (unit & 0x8000_00ff) !== byte) return undefined;
    node ^= offsetOf(unit);
    if ((unit & 0x100) !== 0) return (trie[node] as number) & 0x7fff_ffff;
  }
  return undefined;
}

/** Offset of a unit's children relative to it: 22 bits, or those times 256. */
function offsetOf(unit: number): number {
  return (unit >>> 10) << ((unit & 0x200) >>> 6);
}
