import { createBurstDeadline } from "../../foundation/files/deadline.ts";
import { bytesOf, type FileContent } from "../../foundation/files/file-content.ts";
import { sha256 } from "../../foundation/files/sha256.ts";
import { type BytePairFiles, parseBytePairFiles } from "./byte-pair-files.ts";
import { CLIP_END_OF_TEXT, CLIP_START_OF_TEXT, CLIP_VOCABULARY_SIZE, clipBytePairs } from "./clip-byte-pairs.ts";
import { clipTokenizerJson } from "./clip-tokenizer-json.ts";
import { choosePadding, type Padding, type PaddingFiles, type PaddingSource } from "./padding-token.ts";
import { findSeparatorId } from "./separator-token.ts";
import { type CaptionCleaning, cleanCaption } from "./text-cleaning.ts";
import { openTokenizerJson, parseTokenizerJson, type TokenizerJsonContent } from "./tokenizer-json.ts";

/** How a caption is cleaned before tokenization. */
export type Cleaning = "none" | "open_clip" | "canonicalize";

/** The files of a checkpoint's tokenizer, and the cleaning that its layout applies before. */
export interface TokenizerSource {
  /** a Hugging Face tokenizer.json; null for the CLIP byte-pair encoding that ships with the package */
  readonly tokenizerJson: FileContent | null;
  /** vocab.json and merges.txt instead of a tokenizer.json */
  readonly bytePairs?: BytePairFiles | undefined;
  /**
   * "open_clip" cleans text as open_clip does before tokenizing; "canonicalize" is SigLIP's; Hugging Face layouts: "none".
   * "siglip": "canonicalize" before a byte-pair encoding (Gemma's, SigLIP 2), "none" before a Unigram model, whose normalizer
   * canonicalizes in SigLIP's exports.
   */
  readonly cleaning: Cleaning | "siglip";
  /** "open_clip": open_clip's encoding replaces a tokenizer.json with CLIP's vocabulary if texts are cleaned; "file": never */
  readonly encoding: "open_clip" | "file";
  readonly padding: PaddingSource;
  /** Files that name the separator token, if each separator is replaced by 0: open_clip's `strip_sep_token` (CLIPA). */
  readonly stripSeparator?: PaddingFiles | undefined;
}

/** Converts a text to token ids, as the checkpoint's reference implementation does. */
export interface Tokenizer {
  /** description for messages and run.json: "tokenizer.json (BPE, 49408 tokens), open_clip cleaning" */
  readonly description: string;
  /** how a text is cleaned before it is tokenized */
  readonly cleaning: Cleaning;
  /** model type, as in tokenizer.json: "BPE", "Unigram", "WordPiece", "WordLevel" */
  readonly modelType: string;
  /** whether open_clip's encoding with CLIP's vocabulary is used instead of that of a tokenizer.json */
  readonly isClipEncoding: boolean;
  /** largest token id + 1 */
  readonly vocabularySize: number;
  /** the same without added tokens, which only occur if a text contains them literally */
  readonly textVocabularySize: number;
  /** id that fills a text up to the context length */
  readonly padId: number;
  /** the same id, with what decided it */
  readonly padding: Padding;
  /** id of the separator that is replaced by 0, null if there is none */
  readonly strippedId: number | null;
  /** id of the token that ends every text, null if there is none */
  readonly endOfText: number | null;
  /**
   * Token ids of one text with its start and end tokens, without padding, at most `contextLength` (1 or more) long: a longer text
   * is truncated, and the end token stays last.
   */
  encode(text: string, contextLength: number): Int32Array;
}

/**
 * Opens a tokenizer. With open_clip's cleaning, a tokenizer.json with CLIP's vocabulary is replaced by the encoding that ships
 * with the package, which equals open_clip's (a tokenizer.json has other special tokens); any other tokenizer.json is used with
 * open_clip's cleaning for Hugging Face tokenizers (no lower case).
 *
 * Equal to open_clip 3.3 `SimpleTokenizer` and `HFTokenizer`, and to transformers' fast tokenizers with `truncation=True`, except
 * for text that was decoded in the wrong encoding (see `fixText`).
 *
 * @throws InputError if a file cannot be read, or is not a tokenizer.json of a known model type
 */
export function openTokenizer(source: TokenizerSource): Tokenizer {
  const { tokenizerJson, bytePairs } = source;
  const mayBeClip = source.cleaning !== "none" && source.encoding === "open_clip";
  if (mayBeClip && tokenizerJson !== null && isKnownClip(tokenizerJson)) return openClipTokenizer(source);
  const content = parseVocabulary(source);
  if (mayBeClip && (content === null || holdsClipVocabulary(content))) {
    if (tokenizerJson !== null) clipFiles.add(sha256(bytesOf(tokenizerJson)));
    return openClipTokenizer(source);
  }

  const where = (tokenizerJson ?? bytePairs?.vocabulary)?.path ?? "CLIP's own byte pairs";
  const keepTime = createBurstDeadline(`${where}: tokenizing`, TOKENIZING_SECONDS);
  keepTime(); // opening it also runs its patterns
  const json = openTokenizerJson(content ?? (clipTokenizerJson() as TokenizerJsonContent), where);
  const { prefix, suffix, modelType, vocabularySize, textVocabularySize } = json;
  const cleaning = chooseCleaning(source.cleaning, modelType);
  const endOfText = suffix.at(-1) ?? null;
  const padding = choosePadding(source.padding, { ...json, endOfText });
  const clean = cleanings[cleaning];
  const strippedId =
    source.stripSeparator === undefined ? null : findSeparatorId(source.stripSeparator, json.idOf, where);
  return {
    description: describe(source, modelType, vocabularySize, cleaning),
    cleaning,
    modelType,
    isClipEncoding: false,
    vocabularySize,
    textVocabularySize,
    padId: padding.id,
    padding,
    strippedId,
    endOfText: endOfText === strippedId ? null : endOfText,
    encode(text, contextLength) {
      keepTime();
      const row = encodeWhole(text, contextLength);
      if (strippedId !== null) for (let i = 0; i < row.length; i++) if (row[i] === strippedId) row[i] = 0;
      return row;
    },
  };

  function encodeWhole(text: string, contextLength: number): Int32Array {
    const ids = json.encode(clean === null ? text : cleanCaption(text, clean));
    const room = contextLength - prefix.length - suffix.length;
    if (room < 0) return Int32Array.from([...prefix, ...suffix].slice(-room));
    return Int32Array.from([...prefix, ...ids.slice(0, room), ...suffix]);
  }
}

/** Parses the vocabulary of the files; null if there are none and the shipped CLIP vocabulary is used. */
function parseVocabulary({ tokenizerJson, bytePairs }: TokenizerSource): TokenizerJsonContent | null {
  if (tokenizerJson !== null) return parseTokenizerJson(tokenizerJson);
  return bytePairs === undefined ? null : parseBytePairFiles(bytePairs);
}

function chooseCleaning(cleaning: TokenizerSource["cleaning"], modelType: string): Cleaning {
  if (cleaning !== "siglip") return cleaning;
  return modelType === "BPE" ? "canonicalize" : "none";
}

/**
 * Time limit for up to 1,024 prompts, which take a hundredth of it: only a pattern with catastrophic backtracking takes longer.
 */
const TOKENIZING_SECONDS = 30;

/** open_clip's cleaning for Hugging Face tokenizers; for its SimpleTokenizer, "open_clip" also converts to lower case. */
const cleanings: Record<Cleaning, CaptionCleaning | null> = {
  none: null,
  open_clip: "whitespace",
  canonicalize: "canonicalize",
};

function openClipTokenizer(source: TokenizerSource): Tokenizer {
  const { encode, vocabulary } = clipBytePairs();
  const cleaning = source.cleaning === "open_clip" ? "open_clip" : "canonicalize";
  const clean = cleaning === "canonicalize" ? "canonicalize" : "lower";
  const padding = choosePadding(source.padding, {
    vocabularySize: CLIP_VOCABULARY_SIZE,
    padding: null,
    idOf: (token) => vocabulary.get(token),
    endOfText: CLIP_END_OF_TEXT,
  });
  return {
    description: describe(source, "BPE", CLIP_VOCABULARY_SIZE, cleaning),
    cleaning,
    modelType: "BPE",
    isClipEncoding: true,
    vocabularySize: CLIP_VOCABULARY_SIZE,
    textVocabularySize: CLIP_VOCABULARY_SIZE,
    padId: padding.id,
    padding,
    strippedId: null,
    endOfText: CLIP_END_OF_TEXT,
    encode(text, contextLength) {
      const ids = encode(cleanCaption(text, clean));
      const row = new Int32Array(Math.min(ids.length + 2, contextLength));
      row[0] = CLIP_START_OF_TEXT;
      for (let i = 1; i < row.length - 1; i++) row[i] = ids[i - 1] as number;
      row[row.length - 1] = CLIP_END_OF_TEXT;
      return row;
    },
  };
}

function describe(source: TokenizerSource, modelType: string, size: number, cleaning: Cleaning): string {
  const pairs = source.bytePairs === undefined ? "CLIP's own vocabulary" : "vocab.json and merges.txt";
  const from = source.tokenizerJson === null ? pairs : "tokenizer.json";
  const cleaned = { none: "no cleaning", open_clip: "open_clip cleaning", canonicalize: "canonicalized" }[cleaning];
  return `${from} (${modelType}, ${size} tokens), ${cleaned}`;
}

/**
 * SHA-256 of files known to contain CLIP's vocabulary: the checkpoints of a sweep usually share one, which takes 0.2 s to parse.
 */
const clipFiles = new Set<string>();

function isKnownClip(file: FileContent): boolean {
  return clipFiles.size > 0 && clipFiles.has(sha256(bytesOf(file)));
}

function holdsClipVocabulary({ model }: TokenizerJsonContent): boolean {
  const merges = model.merges;
  const clipMerges = clipBytePairs().merges;
  if (model.type !== "BPE" || !Array.isArray(merges) || merges.length !== clipMerges.length) return false;
  return clipMerges.every(
    (merge, rank) => merge === (Array.isArray(merges[rank]) ? merges[rank].join(" ") : merges[rank]),
  );
}
