import { z } from "zod";
import { InputError } from "../../foundation/errors.ts";
import { type FileContent, jsonAs } from "../../foundation/files/file-content.ts";
import { CLIP_VOCABULARY_SIZE } from "./clip-byte-pairs.ts";
import { TOKEN_NAME } from "./token-name.ts";
import type { TokenizerJson } from "./tokenizer-json.ts";

/** The id that pads a text to the context length, and its source. */
export interface Padding {
  /** the id */
  readonly id: number;
  /** for messages: the file and key that name it, or the rule that chose it */
  readonly source: string;
  /** whether a file names it; false if a rule of this package chose it */
  readonly isExplicit: boolean;
}

/** Files in the folder of a tokenizer.json that transformers searches for special tokens; null for missing files. */
export interface PaddingFiles {
  /** tokenizer_config.json, special_tokens_map.json and added_tokens.json */
  readonly config: FileContent | null;
  readonly specialTokens: FileContent | null;
  readonly addedTokens: FileContent | null;
  /** transformers' tokenizer class if tokenizer_config.json names none: that of the model's type; null if unknown */
  readonly defaultClass: string | null;
}

/** How the padding id is decided. */
export type PaddingSource =
  /** a configuration states the id */
  | { readonly rule: "fixed"; readonly id: number; readonly source: string }
  /** the tokenizer's padding token, also for CLIP's vocabulary: open_clip's HFTokenizer */
  | { readonly rule: "tokenizer"; readonly files: PaddingFiles }
  /** 0 for a vocabulary of 49,408 tokens, with which CLIP towers without a causal mask were trained; otherwise the tokenizer's */
  | { readonly rule: "vocabulary"; readonly files: PaddingFiles };

/** The properties of a tokenizer that are needed to find its padding token. */
export type PaddingVocabulary = Pick<TokenizerJson, "vocabularySize" | "padding" | "idOf"> & {
  readonly endOfText: number | null;
};

/**
 * Chooses the padding id of a tokenizer.
 *
 * @throws InputError if a file that names the padding token cannot be read, or names one without an id
 */
export function choosePadding(source: PaddingSource, vocabulary: PaddingVocabulary): Padding {
  if (source.rule === "fixed") return { id: source.id, source: source.source, isExplicit: true };
  if (source.rule === "vocabulary" && vocabulary.vocabularySize === CLIP_VOCABULARY_SIZE) {
    return { id: 0, source: "the rule for CLIP's vocabulary of 49,408 tokens", isExplicit: false };
  }
  return findPaddingToken(source.files, vocabulary) ?? defaultPadding(vocabulary);
}

const NAMES = z.looseObject({ pad_token: TOKEN_NAME.nullish() });
const CONFIG = z.looseObject({
  pad_token: TOKEN_NAME.nullish(),
  tokenizer_class: z.string().nullish(),
  added_tokens_decoder: z.record(z.string(), TOKEN_NAME).nullish(),
});
const ADDED = z.record(z.string(), z.int().nonnegative());

/**
 * Finds the padding token as transformers does: special_tokens_map.json before tokenizer_config.json, unless the latter has
 * `added_tokens_decoder` (then only the latter); otherwise the default of the tokenizer's class; otherwise the `padding` of
 * tokenizer.json.
 *
 * Source: transformers 5.18 tokenization_utils_base.py `_from_pretrained`, tokenization_utils_tokenizers.py `__init__`
 */
function findPaddingToken(files: PaddingFiles, vocabulary: PaddingVocabulary): Padding | null {
  const config = files.config === null ? {} : jsonAs(files.config, CONFIG);
  const isWhole = config.added_tokens_decoder !== undefined && config.added_tokens_decoder !== null;
  const map = isWhole || files.specialTokens === null ? {} : jsonAs(files.specialTokens, NAMES);
  const [token, file] = "pad_token" in map ? [map.pad_token, files.specialTokens] : [config.pad_token, files.config];
  if (token !== undefined && token !== null && file !== null) {
    const added = isWhole || files.addedTokens === null ? {} : jsonAs(files.addedTokens, ADDED);
    const listed = Object.entries(config.added_tokens_decoder ?? {}).find(([, content]) => content === token)?.[0];
    const id = vocabulary.idOf(token) ?? added[token] ?? (listed === undefined ? undefined : Number(listed));
    if (id === undefined || !Number.isSafeInteger(id) || id < 0) {
      throw new InputError(`${file.path}: pad_token: "${token}" is not in the vocabulary`);
    }
    return { id, source: `${baseName(file.path)}: pad_token "${token}"`, isExplicit: true };
  }
  const tokenizerClass = config.tokenizer_class ?? files.defaultClass;
  const usual =
    tokenizerClass === null || tokenizerClass === undefined
      ? undefined
      : CLASS_PADDING[tokenizerClass.replace(/Fast$/, "")];
  const usualId = usual === undefined ? undefined : vocabulary.idOf(usual);
  if (usualId !== undefined)
    return { id: usualId, source: `"${usual}", the default of ${tokenizerClass}`, isExplicit: true };
  if (vocabulary.padding === null) return null;
  const { token: named, id } = vocabulary.padding;
  return { id: (named === null ? undefined : vocabulary.idOf(named)) ?? id, source: PADDING_PART, isExplicit: true };
}

const PADDING_PART = "tokenizer.json: padding";

/** Default padding tokens of transformers 5.18's tokenizer classes. */
const CLASS_PADDING: Readonly<Record<string, string>> = {
  BertTokenizer: "[PAD]",
  CLIPTokenizer: "<|endoftext|>",
  DistilBertTokenizer: "[PAD]",
  GemmaTokenizer: "<pad>",
  MPNetTokenizer: "<pad>",
  MT5Tokenizer: "<pad>",
  NllbTokenizer: "<pad>",
  RobertaTokenizer: "<pad>",
  Siglip2Tokenizer: "<pad>",
  SiglipTokenizer: "</s>",
  T5Tokenizer: "<pad>",
  XLMRobertaTokenizer: "<pad>",
};

function defaultPadding({ idOf, endOfText }: PaddingVocabulary): Padding {
  for (const token of ["<pad>", "[PAD]"]) {
    const id = idOf(token);
    if (id !== undefined) return { id, source: `no file names it: "${token}", by its name`, isExplicit: false };
  }
  if (endOfText !== null)
    return { id: endOfText, source: "no file names it: the end-of-text token", isExplicit: false };
  return { id: 0, source: "no file names it: 0", isExplicit: false };
}

function baseName(path: string): string {
  return path.replace(/^.*[\\/]/, "");
}
