import { join, posix } from "node:path";
import { InputError } from "../../../foundation/errors.ts";
import { bytesOf } from "../../../foundation/files/file-content.ts";
import { readFolderIfThere } from "../../../foundation/files/if-there.ts";
import { readBytes } from "../../../foundation/files/read-text.ts";
import { parseBytePairFiles } from "../../tokenizer/byte-pair-files.ts";
import { clipTokenizerJson } from "../../tokenizer/clip-tokenizer-json.ts";
import type { ResolvedCheckpoint } from "../resolve-checkpoint.ts";

/** A configuration or tokenizer file of a checkpoint. */
export interface SmallFile {
  /** relative to the checkpoint's folder, with "/" between */
  readonly name: string;
  readonly content: Uint8Array | string;
}

export function jsonFile(name: string, value: unknown): SmallFile {
  return { name, content: `${JSON.stringify(value, null, 2)}\n` };
}

/** A copy of a file of the checkpoint's folder. @throws InputError if it cannot be read */
export async function copyOf({ layout }: ResolvedCheckpoint, file: string, name = file): Promise<SmallFile> {
  return { name, content: await readBytes(join(layout.root, file)) };
}

/** Files in the folder of a tokenizer.json that name its special tokens. */
const TOKENIZER_SIDE_FILES = ["tokenizer_config.json", "special_tokens_map.json", "added_tokens.json"];

/**
 * The tokenizer's files, placed in the root folder; vocab.json and merges.txt are converted to a tokenizer.json.
 *
 * @param always also write CLIP's vocabulary if the checkpoint has no tokenizer, for programs that do not ship it
 * @throws InputError if a file cannot be read
 */
export async function tokenizerFiles(resolved: ResolvedCheckpoint, always: boolean): Promise<SmallFile[]> {
  const { textSettings, layout } = resolved;
  if (textSettings === null) throw new InputError(`${layout.root}: it has no text tower`);
  const { tokenizerJson, bytePairs } = textSettings.source;
  if (tokenizerJson === null && bytePairs === undefined) return always ? clipFiles(textSettings.contextLength) : [];
  const first: SmallFile =
    tokenizerJson !== null
      ? { name: "tokenizer.json", content: bytesOf(tokenizerJson) }
      : { name: "tokenizer.json", content: JSON.stringify(parseBytePairFiles(bytePairs!)) };
  const vocabulary = textSettings.files.find(({ role }) => role === "tokenizer")?.path ?? "";
  const folder = posix.dirname(vocabulary);
  const there = (await readFolderIfThere(join(layout.root, folder)))?.map(({ name }) => name) ?? [];
  const sideFiles = TOKENIZER_SIDE_FILES.filter((name) => there.includes(name));
  return [first, ...(await Promise.all(sideFiles.map((name) => copyOf(resolved, posix.join(folder, name), name))))];
}

/** The files that transformers' CLIPTokenizer saves. */
function clipFiles(contextLength: number): SmallFile[] {
  const config = {
    tokenizer_class: "CLIPTokenizer",
    bos_token: "<|startoftext|>",
    eos_token: "<|endoftext|>",
    pad_token: "<|endoftext|>",
    unk_token: "<|endoftext|>",
    model_max_length: contextLength,
  };
  return [
    { name: "tokenizer.json", content: JSON.stringify(clipTokenizerJson()) },
    jsonFile("tokenizer_config.json", config),
  ];
}
