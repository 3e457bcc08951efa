import { sha256 } from "../../foundation/files/sha256.ts";
import { clipBytePairs } from "../tokenizer/clip-byte-pairs.ts";
import type { Cleaning, Tokenizer } from "../tokenizer/tokenizer.ts";
import type { CheckpointFile } from "./fingerprint.ts";
import type { TextSettings } from "./text-settings.ts";

/** Increases whenever the same settings would result in other token ids or embeddings. */
const TEXT_VERSION = 1;

/**
 * Everything that determines the token ids of a checkpoint's texts, with its sources. Checkpoints with equal files can differ in
 * it, because file names and configurations matter. Together with the fingerprint, it is part of the key of stored text
 * embeddings and of a result's recipe.
 */
export interface TextIdentity {
  /** SHA-256 over the other fields except descriptions and sources; 64 hexadecimal digits */
  readonly sha256: string;
  /** description for messages */
  readonly tokenizer: string;
  /** of tokenizer.json, of the hashes of vocab.json and merges.txt, or of the shipped CLIP merges */
  readonly tokenizerSha256: string;
  /** "open_clip": open_clip's encoding with CLIP's vocabulary; "tokenizer.json": the encoding of that file */
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
  /** id of the separator that is replaced by 0 (open_clip's strip_sep_token); absent if there is none */
  readonly strippedId?: number;
  /** what decided `padId` */
  readonly padSource: string;
  /** whether a file states the padding id; false if a rule of this package chose it */
  readonly isPaddingExplicit: boolean;
  /** whether the attention mask, if the graph has one, includes padding */
  readonly attendPadding: boolean;
}

let shipped: string | undefined;

/** SHA-256 of the CLIP vocabulary that ships with the package. */
export function shippedVocabularySha256(): string {
  shipped ??= sha256(clipBytePairs().merges.join("\n"));
  return shipped;
}

/** Computes the identity of a checkpoint's text tower from its hashed files. */
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
