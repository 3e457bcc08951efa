import { Tokenizer as Pipeline } from "@huggingface/tokenizers";
import { z } from "zod";
import { InputError } from "../../foundation/errors.ts";
import { type FileContent, jsonOf } from "../../foundation/files/file-content.ts";
import { describeIssues } from "../../foundation/files/parse-json.ts";
import { createTokenSplitter } from "./added-tokens.ts";
import { type Normalizer, type PipelineParts, pairs, partsOf, repairTokenizer } from "./tokenizer-repairs.ts";

/** A checked Hugging Face tokenizer.json. */
export interface TokenizerJson {
  readonly modelType: string;
  /** largest token id + 1 */
  readonly vocabularySize: number;
  /** the same without added tokens, which only occur if a text contains them literally */
  readonly textVocabularySize: number;
  /** ids before and after every text; the last one is the end of text if there is one */
  readonly prefix: readonly number[];
  readonly suffix: readonly number[];
  /** the token of its `padding`, null without one */
  readonly padding: { readonly id: number; readonly token: string | null } | null;
  /** undefined if there is no such token */
  idOf(token: string): number | undefined;
  /** ids of a text without prefix and suffix, not truncated */
  encode(text: string): number[];
}

/** The parts of a tokenizer.json that are checked before the library parses it; vocabulary and merges are not checked here. */
export type TokenizerJsonContent = z.infer<typeof CONTENT>;

const MODEL_TYPES = ["BPE", "Unigram", "WordPiece", "WordLevel"];
const ADDED_TOKEN = z.looseObject({
  id: z.int().nonnegative(),
  content: z.string(),
  single_word: z.boolean().default(false),
  lstrip: z.boolean().default(false),
  rstrip: z.boolean().default(false),
  special: z.boolean().default(false),
  normalized: z.boolean().optional(),
});
const PART = z.looseObject({ type: z.string() }).nullable().default(null);
const CONTENT = z.looseObject({
  model: z.looseObject({ type: z.string(), vocab: z.unknown(), merges: z.unknown().optional() }),
  added_tokens: z.array(ADDED_TOKEN).nullish(),
  padding: z.looseObject({ pad_id: z.int().nonnegative(), pad_token: z.string().nullish() }).nullish(),
  normalizer: PART,
  pre_tokenizer: PART,
  post_processor: PART,
});

/**
 * Parses a tokenizer.json: its structure and its vocabulary are checked here, the rest when it is opened.
 *
 * @throws InputError if it cannot be read, is not JSON, or is not a tokenizer.json of a known model type
 */
export function parseTokenizerJson(file: FileContent): TokenizerJsonContent {
  const { path } = file;
  const parsed = CONTENT.safeParse(jsonOf(file));
  if (!parsed.success) throw new InputError(`${path}: not a tokenizer.json: ${describeIssues(parsed.error)}`);
  const { type, vocab, merges } = parsed.data.model;
  if (!MODEL_TYPES.includes(type)) {
    throw new InputError(`${path}: model.type: expected one of ${MODEL_TYPES.join(", ")}, got "${type}"`);
  }
  const scored = type === "Unigram";
  if (scored ? !isScoredVocabulary(vocab) : !isVocabulary(vocab)) {
    const expected = scored ? "a non-empty array of [token, score]" : "a non-empty object of token ids";
    throw new InputError(`${path}: model.vocab: expected ${expected}`);
  }
  if (type === "BPE" && !Array.isArray(merges)) throw new InputError(`${path}: model.merges: expected an array`);
  return parsed.data;
}

function isVocabulary(vocab: unknown): vocab is Record<string, number> {
  if (typeof vocab !== "object" || vocab === null || Array.isArray(vocab)) return false;
  const ids = Object.values(vocab);
  return ids.length > 0 && ids.every((id) => Number.isInteger(id) && id >= 0);
}

function isScoredVocabulary(vocab: unknown): vocab is [string, number][] {
  return (
    Array.isArray(vocab) &&
    vocab.length > 0 &&
    vocab.every((row) => Array.isArray(row) && typeof row[0] === "string" && typeof row[1] === "number")
  );
}

/**
 * Creates a tokenizer from a tokenizer.json that is equivalent to Hugging Face's: added tokens are matched first, then the text
 * between them is normalized, split and encoded.
 *
 * @param where its path, for messages
 * @throws InputError if it contains an unknown part
 */
export function openTokenizerJson(content: TokenizerJsonContent, where: string): TokenizerJson {
  const { model } = content;
  const added = content.added_tokens ?? [];
  const { pipeline, around } = buildPipeline(content, added, where);
  const { normalizer, pre_tokenizer } = pipeline;
  const unknown = unknownId(pipeline, model);
  const ids = (tokens: readonly string[]) =>
    tokens.map((token) => pipeline.token_to_id(token) ?? unknown).filter((id) => id !== undefined);

  const writtenTokens = added.filter((token) => !isNormalized(token) || normalizer === null);
  const normalizedTokens = added.filter((token) => isNormalized(token) && normalizer !== null);
  const splitAsWritten = createTokenSplitter(writtenTokens.map((token) => ({ text: token.content, token })));
  const splitNormalized = createTokenSplitter(
    normalizedTokens.map((token) => ({ text: (normalizer as Normalizer).normalize(token.content), token })),
  );

  const marksFirst = partsOf(content.pre_tokenizer).some((part) => part.prepend_scheme === "first");
  const normalizers = pairs(content.normalizer, normalizer).filter(([part]) => part.type !== "Precompiled");
  const cutting = normalizers.map(([, part]) => part);
  const cache = new Map<string, number[]>();
  function encodeWord(word: string): number[] {
    let known = cache.get(word);
    if (known === undefined) {
      known = word === "" ? [] : ids(pipeline.model([word]));
      if (cache.size >= CACHED_WORDS) cache.clear();
      cache.set(word, known);
    }
    return known;
  }

  function encodeSection(text: string, section_index: number): number[] {
    const words = pre_tokenizer === null ? [text] : pre_tokenizer.pre_tokenize(text, { section_index });
    return words.flatMap(encodeWord);
  }

  const middle = around.indexOf(PROBE);

  return {
    modelType: model.type,
    vocabularySize: vocabularySize(model.vocab, added),
    textVocabularySize: textVocabularySize(model.vocab, added),
    prefix: ids(around.slice(0, middle)),
    suffix: ids(around.slice(middle + 1)),
    padding: content.padding ? { id: content.padding.pad_id, token: content.padding.pad_token ?? null } : null,
    idOf: (token) => pipeline.token_to_id(token),
    encode(text) {
      return splitAsWritten(text.toWellFormed()).flatMap((section, i) => {
        if (typeof section === "number") return section;
        const normalized = normalizer === null ? section : normalizer.normalize(section);
        const opens = i === 0 && (!marksFirst || survives(section, cutting));
        return splitNormalized(normalized).flatMap((part, j) =>
          typeof part === "number" ? part : encodeSection(part, opens && j === 0 ? 0 : 1),
        );
      });
    },
  };
}

/**
 * Builds the library's tokenizer, and finds the tokens that it adds around a text. The library validates nothing, so all of its
 * errors are attributed to the file, but only the InputErrors of our repairs.
 */
function buildPipeline(
  content: TokenizerJsonContent,
  added: z.infer<typeof ADDED_TOKEN>[],
  where: string,
): { readonly pipeline: LibraryTokenizer; readonly around: readonly string[] } {
  const refuse = (cause: unknown) =>
    new InputError(`${where}: cannot be used as a tokenizer: ${(cause as Error).message}`, { cause });
  let pipeline: LibraryTokenizer;
  try {
    // Word-level models read the name of their unknown token only from the second argument.
    pipeline = new Pipeline(
      { decoder: null, ...content, added_tokens: added },
      { unk_token: content.model.unk_token },
    ) as LibraryTokenizer;
  } catch (cause) {
    throw refuse(cause);
  }
  try {
    repairTokenizer(pipeline, content);
  } catch (cause) {
    throw cause instanceof InputError ? refuse(cause) : cause;
  }
  try {
    return { pipeline, around: pipeline.post_processor?.post_process([PROBE], null, true).tokens ?? [PROBE] };
  } catch (cause) {
    throw refuse(cause);
  }
}

/** The used part of the library's tokenizer, whose published types do not resolve with Node's module rules. */
interface LibraryTokenizer extends PipelineParts {
  readonly post_processor: {
    post_process(tokens: string[], pair: null, special: boolean): { tokens: string[] };
  } | null;
  model(words: readonly string[]): string[];
  token_to_id(token: string): number | undefined;
}

const CACHED_WORDS = 1 << 16; // a prompt set has a few thousand; limits memory
const PROBE = "\u0000";

/**
 * Whether the first character is still first after normalization: a "first" Metaspace marks only text at the start of the
 * original, not text whose start a normalizer removed. Characters that a character map drops do not count as removed.
 */
function survives(section: string, cutting: readonly Normalizer[]): boolean {
  const first = String.fromCodePoint(section.codePointAt(0) as number);
  return cutting.reduce((text, part) => part.normalize(text), first) !== "";
}

function isNormalized(token: z.infer<typeof ADDED_TOKEN>): boolean {
  return token.normalized ?? !token.special;
}

function unknownId(pipeline: LibraryTokenizer, model: TokenizerJsonContent["model"]): number | undefined {
  if (typeof model.unk_id === "number") return model.unk_id;
  return typeof model.unk_token === "string" ? pipeline.token_to_id(model.unk_token) : undefined;
}

function vocabularySize(vocab: unknown, added: readonly { id: number }[]): number {
  let largest = Array.isArray(vocab) ? vocab.length - 1 : -1;
  if (!Array.isArray(vocab))
    for (const id of Object.values(vocab as Record<string, number>)) largest = Math.max(largest, id);
  for (const { id } of added) largest = Math.max(largest, id);
  return largest + 1;
}

function textVocabularySize(vocab: unknown, added: readonly { content: string }[]): number {
  const contents = new Set(added.map(({ content }) => content));
  let size = 0;
  if (Array.isArray(vocab)) {
    for (const [id, [token]] of (vocab as [string, number][]).entries()) if (!contents.has(token)) size = id + 1;
  } else {
    for (const [token, id] of Object.entries(vocab as Record<string, number>)) {
      if (!contents.has(token)) size = Math.max(size, id + 1);
    }
  }
  return size;
}
