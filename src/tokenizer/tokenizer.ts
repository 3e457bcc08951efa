import { z } from "zod";
import { readBytes, readJson } from "../files/read-text.ts";
import { sha256 } from "../files/sha256.ts";
import { InputError } from "../input-error.ts";
import { CLIP_END_OF_TEXT, CLIP_START_OF_TEXT, CLIP_VOCABULARY_SIZE, clipBytePairs } from "./clip-byte-pairs.ts";
import { clipTokenizerJson } from "./clip-tokenizer-json.ts";
import { type CaptionCleaning, cleanCaption } from "./text-cleaning.ts";
import {
  openTokenizerJson,
  readTokenizerJson,
  type TokenizerJson,
  type TokenizerJsonContent,
} from "./tokenizer-json.ts";

/** Where a checkpoint's tokenizer is, and what its layout does to a text before it. */
export interface TokenizerSource {
  /** path of a Hugging Face tokenizer.json, or null: CLIP's byte-pair encoding that ships with the package */
  readonly tokenizerJson: string | null;
  /** "open_clip" layouts clean text as open_clip does before tokenizing; "canonicalize" is SigLIP's; Hugging Face layouts: "none" */
  readonly cleaning: "none" | "open_clip" | "canonicalize";
  /** path of tokenizer_config.json or special_tokens_map.json, which name the padding token; null if there is none */
  readonly tokenizerConfig: string | null;
  /** the padding id, where the layout knows better; null: as the files say, and 0 for CLIP's own encoding under open_clip */
  readonly padId: number | null;
}

/** Turns a text into token ids, as the checkpoint's reference implementation does. */
export interface Tokenizer {
  /** for people and for run.json: "tokenizer.json (BPE, 49408 tokens), open_clip cleaning" */
  readonly description: string;
  readonly cleaning: "none" | "open_clip" | "canonicalize";
  /** largest token id + 1 */
  readonly vocabularySize: number;
  readonly padId: number;
  /** id of the token that ends every text, null where the tokenizer has none */
  readonly endOfText: number | null;
  /**
   * Token ids of one text with its start and end tokens, without padding, at most `contextLength` (1 or more) long: a
   * longer text loses its tail, the end token stays last.
   */
  encode(text: string, contextLength: number): Int32Array;
}

/**
 * Opens a tokenizer. Under open_clip's cleanings, a tokenizer.json that holds CLIP's own vocabulary is replaced by the
 * encoding that ships with the package, which is open_clip's own to the letter (special tokens are written otherwise
 * there); any other gets the cleaning that open_clip gives Hugging Face tokenizers (no small letters).
 *
 * Equal to open_clip 3.3 `SimpleTokenizer` and `HFTokenizer`, and to transformers' fast tokenizers with
 * `truncation=True`, but for text that was decoded in the wrong encoding (see `fixText`).
 *
 * @throws InputError if a file cannot be read, or is not a tokenizer.json of a model type that is known
 */
export async function openTokenizer(source: TokenizerSource): Promise<Tokenizer> {
  const { tokenizerJson: path, cleaning } = source;
  if (cleaning !== "none" && (path === null || (await isClipFile(path)))) return openClipTokenizer(source);
  const content = path === null ? null : await readTokenizerJson(path);

  const where = path ?? "CLIP's own byte pairs";
  const json = openTokenizerJson(content ?? (clipTokenizerJson() as TokenizerJsonContent), where);
  const { prefix, suffix } = json;
  const endOfText = suffix.at(-1) ?? null;
  const padId = source.padId ?? (await paddingId(source.tokenizerConfig, json)) ?? endOfText ?? 0;
  const clean = cleanings[cleaning];
  return {
    description: describe(path, json.modelType, json.vocabularySize, cleaning),
    cleaning,
    vocabularySize: json.vocabularySize,
    padId,
    endOfText,
    encode(text, contextLength) {
      const ids = json.encode(clean === null ? text : cleanCaption(text, clean));
      const room = contextLength - prefix.length - suffix.length;
      if (room < 0) return Int32Array.from([...prefix, ...suffix].slice(-room));
      return Int32Array.from([...prefix, ...ids.slice(0, room), ...suffix]);
    },
  };
}

/** What open_clip does before a tokenizer that is not its own; before its own, "open_clip" also makes small letters. */
const cleanings: Record<TokenizerSource["cleaning"], CaptionCleaning | null> = {
  none: null,
  open_clip: "whitespace",
  canonicalize: "canonicalize",
};

function openClipTokenizer({ tokenizerJson, cleaning, padId }: TokenizerSource): Tokenizer {
  const { encode } = clipBytePairs();
  const clean = cleaning === "canonicalize" ? "canonicalize" : "lower";
  return {
    description: describe(tokenizerJson, "BPE", CLIP_VOCABULARY_SIZE, cleaning),
    cleaning,
    vocabularySize: CLIP_VOCABULARY_SIZE,
    padId: padId ?? 0,
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

function describe(path: string | null, modelType: string, size: number, cleaning: TokenizerSource["cleaning"]): string {
  const from = path === null ? "CLIP's own vocabulary" : "tokenizer.json";
  const cleaned = { none: "no cleaning", open_clip: "open_clip cleaning", canonicalize: "canonicalized" }[cleaning];
  return `${from} (${modelType}, ${size} tokens), ${cleaned}`;
}

/** SHA-256 of files known to hold CLIP's own vocabulary: a sweep's checkpoints share one mostly, which takes 0.2 s to parse. */
const clipFiles = new Set<string>();

async function isClipFile(path: string): Promise<boolean> {
  const hash = sha256(await readBytes(path));
  if (clipFiles.has(hash)) return true;
  if (!holdsClipVocabulary(await readTokenizerJson(path))) return false;
  clipFiles.add(hash);
  return true;
}

function holdsClipVocabulary({ model }: TokenizerJsonContent): boolean {
  const merges = model.merges;
  const own = clipBytePairs().merges;
  if (model.type !== "BPE" || !Array.isArray(merges) || merges.length !== own.length) return false;
  return own.every((merge, rank) => merge === (Array.isArray(merges[rank]) ? merges[rank].join(" ") : merges[rank]));
}

const TOKEN = z.union([z.string(), z.looseObject({ content: z.string() })]).nullish();
const CONFIG = z.looseObject({ pad_token: TOKEN });

/** The padding token's id: as the tokenizer's config names it, else as tokenizer.json does, else by its usual name. */
async function paddingId(configPath: string | null, json: TokenizerJson): Promise<number | undefined> {
  if (configPath !== null) {
    const config = CONFIG.safeParse(await readJson(configPath));
    if (!config.success) throw new InputError(`${configPath}: pad_token: expected a token or null`);
    const token = config.data.pad_token;
    if (token !== undefined && token !== null) {
      const content = typeof token === "string" ? token : token.content;
      const id = json.idOf(content);
      if (id === undefined) throw new InputError(`${configPath}: pad_token: "${content}" is not in the vocabulary`);
      return id;
    }
  }
  return json.paddingId ?? json.idOf("<pad>") ?? json.idOf("[PAD]");
}
