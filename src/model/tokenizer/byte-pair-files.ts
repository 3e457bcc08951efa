import { z } from "zod";
import { InputError } from "../../foundation/errors.ts";
import { type FileContent, jsonAs, jsonOf, textOf } from "../../foundation/files/file-content.ts";
import { clipTokenizerJson } from "./clip-tokenizer-json.ts";
import type { PaddingFiles } from "./padding-token.ts";
import { TOKEN_NAME } from "./token-name.ts";
import type { TokenizerJsonContent } from "./tokenizer-json.ts";

/** A byte-level byte-pair encoding in two files, the format of transformers before tokenizer.json. */
export interface BytePairFiles extends PaddingFiles {
  /** vocab.json */
  readonly vocabulary: FileContent;
  /** merges.txt */
  readonly merges: FileContent;
}

const NAMES = z.looseObject({
  bos_token: TOKEN_NAME.nullish(),
  eos_token: TOKEN_NAME.nullish(),
  unk_token: TOKEN_NAME.nullish(),
  pad_token: TOKEN_NAME.nullish(),
  cls_token: TOKEN_NAME.nullish(),
  sep_token: TOKEN_NAME.nullish(),
  mask_token: TOKEN_NAME.nullish(),
});
const CONFIG = NAMES.extend({
  tokenizer_class: z.string().nullish(),
  add_prefix_space: z.boolean().nullish(),
  added_tokens_decoder: z.record(z.string(), z.unknown()).nullish(),
});
type Names = z.infer<typeof NAMES>;

/** Special tokens of known classes, if no file names them. */
const CLASSES: Readonly<Record<string, Names>> = {
  CLIPTokenizer: {
    bos_token: "<|startoftext|>",
    eos_token: "<|endoftext|>",
    unk_token: "<|endoftext|>",
    pad_token: "<|endoftext|>",
  },
  RobertaTokenizer: {
    bos_token: "<s>",
    eos_token: "</s>",
    cls_token: "<s>",
    sep_token: "</s>",
    unk_token: "<unk>",
    pad_token: "<pad>",
    mask_token: "<mask>",
  },
  GPT2Tokenizer: { bos_token: "<|endoftext|>", eos_token: "<|endoftext|>", unk_token: "<|endoftext|>" },
};

/**
 * Converts vocab.json and merges.txt to the tokenizer.json that transformers' class would save.
 *
 * Source: transformers 5.18 models/clip/tokenization_clip.py, models/roberta/tokenization_roberta.py,
 * models/gpt2/tokenization_gpt2.py (behavior)
 *
 * @throws InputError if a file cannot be read or is invalid, the class is unknown, or a special token is not in the vocabulary
 */
export function parseBytePairFiles(files: BytePairFiles): TokenizerJsonContent {
  const vocab = parseVocabulary(files.vocabulary);
  const merges = parseMerges(files.merges, vocab);
  const config: z.infer<typeof CONFIG> = files.config === null ? {} : jsonAs(files.config, CONFIG);
  // as in transformers: a tokenizer_config.json with added_tokens_decoder is complete
  const isWhole = config.added_tokens_decoder !== undefined && config.added_tokens_decoder !== null;
  const named: Names = isWhole || files.specialTokens === null ? {} : jsonAs(files.specialTokens, NAMES);
  const name = (config.tokenizer_class ?? files.defaultClass ?? "").replace(/Fast$/, "");
  const usual = CLASSES[name];
  if (usual === undefined) {
    const found = name === "" ? "no file names its tokenizer_class" : `tokenizer_class ${name}`;
    throw new InputError(
      `${files.vocabulary.path}: ${found}; without tokenizer.json, only the vocabularies of ${Object.keys(CLASSES).join(", ")} are supported; ${SAVE}`,
    );
  }
  refuseUnknownTokens(files, vocab, config.added_tokens_decoder ?? {});
  const special = { ...usual, ...withoutNulls(config), ...withoutNulls(named) };
  const idOf = (token: string | null | undefined): [string, number] => {
    const id = token ? vocab[token] : undefined;
    if (!token || id === undefined)
      throw new InputError(`${files.vocabulary.path}: the special token "${token}" is not in it; ${SAVE}`);
    return [token, id];
  };
  const flags = { single_word: false, rstrip: false, normalized: false, special: true };
  const tokens = new Set(Object.keys(usual).map((key) => special[key as keyof Names] as string));
  const added_tokens = [...tokens]
    .filter((token) => vocab[token] !== undefined)
    .map((content) => ({ ...flags, id: vocab[content] as number, content, lstrip: content === special.mask_token }));
  const byteLevel = {
    type: "ByteLevel",
    add_prefix_space: config.add_prefix_space === true,
    trim_offsets: true,
    use_regex: true,
  };
  const model = {
    type: "BPE",
    dropout: null,
    continuing_subword_prefix: "",
    fuse_unk: false,
    byte_fallback: false,
    ignore_merges: false,
    vocab,
    merges,
  };
  const around = (start: string | null | undefined, end: string | null | undefined) => ({
    type: "RobertaProcessing",
    sep: idOf(end),
    cls: idOf(start),
    trim_offsets: true,
    add_prefix_space: false,
  });
  const rest = { added_tokens, padding: null };
  if (name === "CLIPTokenizer") {
    const clip = clipTokenizerJson() as unknown as TokenizerJsonContent;
    const [unk_token] = idOf(special.unk_token);
    return {
      ...clip,
      ...rest,
      post_processor: around(special.bos_token, special.eos_token),
      model: { ...model, unk_token, end_of_word_suffix: "</w>" },
    };
  }
  const plain = { ...rest, normalizer: null, pre_tokenizer: byteLevel, model: { ...model, end_of_word_suffix: "" } };
  if (name === "GPT2Tokenizer") return { ...plain, post_processor: null };
  return { ...plain, post_processor: around(special.cls_token, special.sep_token) };
}

const SAVE = "save a tokenizer.json in its folder (transformers: AutoTokenizer.from_pretrained(…).save_pretrained(…))";

function parseVocabulary(file: FileContent): Record<string, number> {
  const parsed = z.record(z.string(), z.int().nonnegative()).safeParse(jsonOf(file));
  if (parsed.success && Object.keys(parsed.data).length > 0) return parsed.data;
  throw new InputError(`${file.path}: not a vocab.json: expected a non-empty object of token ids`);
}

/** Parses the merges in order of rank, without the "#version" line. */
function parseMerges(file: FileContent, vocab: Readonly<Record<string, number>>): string[] {
  const merges = textOf(file)
    .split(/\r?\n/)
    .filter((line) => line !== "" && !line.startsWith("#version"));
  for (const [i, merge] of merges.entries()) {
    const parts = merge.split(" ");
    const [left, right] = parts as [string, string];
    if (parts.length !== 2 || [left, right, left + right].some((token) => vocab[token] === undefined)) {
      throw new InputError(
        `${file.path}: merge ${i + 1}: expected two tokens of vocab.json that form a third; the files belong to different tokenizers, or one is damaged`,
      );
    }
  }
  return merges;
}

/**
 * Refuses tokens that were added to the vocabulary: they change ids and the splitting of texts, which only a tokenizer.json fully
 * describes.
 */
function refuseUnknownTokens(
  files: BytePairFiles,
  vocab: Readonly<Record<string, number>>,
  decoder: Readonly<Record<string, unknown>>,
): void {
  const listed = files.addedTokens === null ? {} : jsonAs(files.addedTokens, z.record(z.string(), z.int()));
  const decoded = Object.entries(decoder).map(
    ([id, token]) => [TOKEN_NAME.safeParse(token).data ?? "", Number(id)] as const,
  );
  const unknown = [...Object.entries(listed), ...decoded].find(([token, id]) => vocab[token] !== id);
  if (unknown === undefined) return;
  throw new InputError(
    `${files.vocabulary.path}: the token "${unknown[0]}" (id ${unknown[1]}) was added to it; ${SAVE}`,
  );
}

function withoutNulls(names: Names): Partial<Names> {
  return Object.fromEntries(Object.entries(names).filter(([key, token]) => key.endsWith("_token") && token !== null));
}
