import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

/** CLIP's byte-pair encoding: 49,408 tokens, of which the last two mark the start and end of a text. */
export interface ClipBytePairs {
  /** the 48,894 merges in order of rank, as "left right" */
  readonly merges: readonly string[];
  /** every token except the two special ones, with its id: bytes as GPT-2's characters, "</w>" at the end of a word */
  readonly vocabulary: ReadonlyMap<string, number>;
  /** token ids of a cleaned text in lower case, without start and end tokens */
  encode(text: string): number[];
}

export const CLIP_VOCABULARY_SIZE = 49_408;
export const CLIP_START_OF_TEXT = 49_406;
export const CLIP_END_OF_TEXT = 49_407;

/**
 * The vocabulary that ships with the package, as open_clip's SimpleTokenizer reads it: 256 bytes, 256 bytes that end a word, one
 * token per merge, start and end of text. Read once, at the first call.
 *
 * Source: open_clip 3.3.0 src/open_clip/tokenizer.py `SimpleTokenizer` (behavior); Sennrich et al. 2016
 */
export function clipBytePairs(): ClipBytePairs {
  loaded ??= readBytePairs();
  return loaded;
}

let loaded: ClipBytePairs | undefined;
const MERGES = new URL("../../../prompts/tokenizers/clip-merges.txt.gz", import.meta.url);
const WORD_END = "</w>";
const CACHED_WORDS = 1 << 16; // a prompt set has a few thousand; limits memory

// Texts are in lower case. open_clip's pattern ignores case, which still has two effects: "ſ" counts as "s", and U+0345, a mark
// that folds to the letter iota, matches no alternative and is dropped.
const WORD =
  /<[sſ]tart_of_text>|<end_of_text>|'[sſ]|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|(?:(?!\u0345)[^\p{White_Space}\p{L}\p{N}])+/gu;

function readBytePairs(): ClipBytePairs {
  const merges = gunzipSync(readFileSync(MERGES)).toString("utf8").trimEnd().split("\n");
  const ranks = new Map(merges.map((merge, rank) => [merge, rank]));
  const bytes = byteSymbols();
  const vocabulary = vocabularyOf(merges);
  const utf8 = new TextEncoder();
  const special: [string, number[]][] = [
    ["<start_of_text>", [CLIP_START_OF_TEXT]],
    ["<end_of_text>", [CLIP_END_OF_TEXT]],
  ];
  const cache = new Map(special);

  function encodeWord(word: string): number[] {
    const known = cache.get(word);
    if (known !== undefined) return known;
    const symbols = Array.from(utf8.encode(word), (byte) => bytes[byte] as string);
    symbols.push(`${symbols.pop()}${WORD_END}`);
    const tokens = mergeSymbols(symbols, ranks).map((symbol) => vocabulary.get(symbol) as number);
    if (cache.size >= CACHED_WORDS) {
      cache.clear();
      for (const [text, id] of special) cache.set(text, id);
    }
    cache.set(word, tokens);
    return tokens;
  }

  return {
    merges,
    vocabulary,
    encode(text) {
      const tokens: number[] = [];
      for (const word of text.match(WORD) ?? []) for (const id of encodeWord(word)) tokens.push(id);
      return tokens;
    },
  };
}

/** Repeatedly merges the adjacent pair of the best rank, everywhere in the word from left to right. */
function mergeSymbols(word: string[], ranks: ReadonlyMap<string, number>): string[] {
  let symbols = word;
  while (symbols.length > 1) {
    let best = "";
    let bestRank = Number.POSITIVE_INFINITY;
    for (let i = 1; i < symbols.length; i++) {
      const pair = `${symbols[i - 1]} ${symbols[i]}`;
      const rank = ranks.get(pair);
      if (rank !== undefined && rank < bestRank) [best, bestRank] = [pair, rank];
    }
    if (bestRank === Number.POSITIVE_INFINITY) return symbols;
    const merged: string[] = [];
    for (let i = 0; i < symbols.length; i++) {
      const symbol = symbols[i] as string;
      if (i + 1 < symbols.length && `${symbol} ${symbols[i + 1]}` === best) {
        merged.push(`${symbol}${symbols[i + 1]}`);
        i++;
      } else {
        merged.push(symbol);
      }
    }
    symbols = merged;
  }
  return symbols;
}

/** The id of every symbol: bytes in the order of their characters, the same at the end of a word, then the merges. */
function vocabularyOf(merges: readonly string[]): Map<string, number> {
  const units = byteSymbols().toSorted((a, b) => a.charCodeAt(0) - b.charCodeAt(0));
  // The printable bytes, which represent themselves, precede the 68 that use a character from U+0100 on.
  const symbols = [...units, ...units.map((unit) => unit + WORD_END), ...merges.map((merge) => merge.replace(" ", ""))];
  return new Map(symbols.map((symbol, id) => [symbol, id]));
}

/** GPT-2's printable character for each of the 256 bytes: itself, or the next from U+0100 on if it is not printable. */
function byteSymbols(): string[] {
  const symbols: string[] = [];
  let borrowed = 0x100;
  for (let byte = 0; byte < 256; byte++) {
    const printable = (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte !== 0xad);
    symbols.push(String.fromCharCode(printable ? byte : borrowed++));
  }
  return symbols;
}
