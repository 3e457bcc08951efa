import { sha256 } from "../../foundation/files/sha256.ts";
import { clipBytePairs } from "../tokenizer/clip-byte-pairs.ts";
import type { Cleaning, Tokenizer } from "../tokenizer/tokenizer.ts";
import type { CheckpointFile } from "./fingerprint.ts";
import type { TextSettings } from "./text-settings.ts";

/** Goes up whenever the same settings would give other token ids, or other embeddings of them. */
const TEXT_VERSION = 1;

/**
 * Whatever decides the token ids of a checkpoint's texts, with what decided it. Checkpoints of the same files can differ
 * in it, because names and configurations of the folder decide it: it is part of the key of stored text embeddings and of
 * a result's recipe, beside the fingerprint.
 */
export interface TextIdentity {
  /** SHA-256 over what follows, but for descriptions and sources; 64 hexadecimal digits */
  readonly sha256: string;
  /** for people */
  readonly tokenizer: string;
  /** of tokenizer.json, of the hashes of vocab.json and merges.txt, or of CLIP's merges that ship with the package */
  readonly tokenizerSha256: string;
  /** "open_clip": its encoding of CLIP's vocabulary; "tokenizer.json": as that file says */
  readonly encoding: "open_clip" | "tokenizer.json";
  /** how a text is cleaned before its tokenizer reads it */
  readonly cleaning: Cleaning;
  /** what decided `cleaning` */
  readonly cleaningSource: string;
  /** token ids per text, with start and end tokens */
  readonly contextLength: number;
  /** what decided `contextLength` */
  readonly contextSource: string;
  /** id that fills a text up to the context length */
  readonly padId: number;
  /** id of the separator that becomes 0 (open_clip's strip_sep_token); absent where none does */
  readonly strippedId?: number;
  /** what decided `padId` */
  readonly padSource: string;
  /** whether a file names the padding id; false: a rule of this package chose it */
  readonly isPaddingExplicit: boolean;
  /** whether padding counts as text in the attention mask, where the graph has one */
  readonly attendPadding: boolean;
}

let shipped: string | undefined;

/** SHA-256 of CLIP's vocabulary that ships with the package. */
export function shippedVocabularySha256(): string {
  shipped ??= sha256(clipBytePairs().merges.join("\n"));
  return shipped;
}

/** The identity of a checkpoint's text side, given its hashed files. */
export function identifyText(
  settings: TextSettings,
  tokenizer: Tokenizer,
  files: readonly CheckpointFile[],
  attendPadding: boolean,
): TextIdentity {
  const file = files.find(({ role }) => role === "tokenizer");
  const { cleaning, padding, isClipEncoding } = tokenizer;
  const merges = files.find(({ role }) => role === "tokenizer merges");
  const pairs = file === undefined || merges === undefined ? undefined : sha256(`${file.sha256} ${merges.sha256}`);
  const tokenizerSha256 = pairs ?? file?.sha256 ?? shippedVocabularySha256();
  const encoding = isClipEncoding ? "open_clip" : "tokenizer.json";
  const { contextLength } = settings;
  const key = [TEXT_VERSION, tokenizerSha256, encoding, cleaning, contextLength, padding.id, attendPadding];
  const { strippedId } = tokenizer;
  const whole = strippedId === null ? key : [...key, { strippedId }];
  return {
    sha256: sha256(JSON.stringify(whole)),
    tokenizer: tokenizer.description,
    tokenizerSha256,
    encoding,
    cleaning,
    cleaningSource: settings.cleaningSource,
    contextLength,
    contextSource: settings.contextSource,
    padId: padding.id,
    ...(strippedId === null ? {} : { strippedId }),
    padSource: padding.source,
    isPaddingExplicit: padding.isExplicit,
    attendPadding,
  };
}
