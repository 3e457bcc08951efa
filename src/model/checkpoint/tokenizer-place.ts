import { posix } from "node:path";
import type { CheckpointFacts } from "./checkpoint-facts.ts";
import type { ShiftlineJson } from "./shiftline-json.ts";

/** Folders in which a tokenizer's files are looked for. */
export const TOKENIZER_FOLDERS = ["", "textual", "onnx", "text", "text_encoder", "tokenizer"];

/** Which files a checkpoint's tokenizer is made of; paths relative to the checkpoint's folder. */
export interface TokenizerPlace {
  /** tokenizer.json, or vocab.json and merges.txt, or nothing: none is in the folder */
  readonly vocabulary: readonly string[];
  /** tokenizer_config.json, special_tokens_map.json and added_tokens.json beside it, whether they are there or not */
  readonly beside: readonly string[];
}

/** The file that a shiftline.json names, else the first tokenizer.json, else the first folder with vocab.json and merges.txt. */
export function tokenizerPlace({ companions }: CheckpointFacts, described: ShiftlineJson | null): TokenizerPlace {
  if (described?.tokenizer !== undefined) return placeOf(described.tokenizer);
  const named = (name: string) => TOKENIZER_FOLDERS.map((folder) => posix.join(folder, name));
  const whole = named("tokenizer.json").find((file) => companions.has(file));
  if (whole !== undefined) return placeOf(whole);
  for (const vocabulary of named("vocab.json")) {
    const merges = posix.join(posix.dirname(vocabulary), "merges.txt");
    const found = companions.get(vocabulary);
    // What has the name and is no file is an error, whatever lies beside it
    if (found !== undefined && (!found.isFile || companions.has(merges))) return placeOf(vocabulary, merges);
  }
  return { vocabulary: [], beside: [] };
}

function placeOf(file: string, merges?: string): TokenizerPlace {
  const names = ["tokenizer_config.json", "special_tokens_map.json", "added_tokens.json"];
  const beside = names.map((name) => posix.join(posix.dirname(file), name));
  return { vocabulary: merges === undefined ? [file] : [file, merges], beside };
}
