import { posix } from "node:path";
import type { CheckpointFacts } from "./checkpoint-facts.ts";
import type { ShiftlineJson } from "./shiftline-json.ts";

/** Folders that are searched for a tokenizer's files. */
export const TOKENIZER_FOLDERS = ["", "textual", "onnx", "text", "text_encoder", "tokenizer"];

/** The files of a checkpoint's tokenizer; paths are relative to the checkpoint's folder. */
export interface TokenizerPlace {
  /** tokenizer.json, or vocab.json and merges.txt; empty if the folder has no tokenizer */
  readonly vocabulary: readonly string[];
  /** tokenizer_config.json, special_tokens_map.json and added_tokens.json in the same folder, which may not exist */
  readonly sideFiles: readonly string[];
}

/**
 * Finds the file that a shiftline.json names, otherwise the first tokenizer.json, otherwise the first folder with vocab.json and
 * merges.txt.
 */
export function tokenizerPlace({ companions }: CheckpointFacts, described: ShiftlineJson | null): TokenizerPlace {
  if (described?.tokenizer !== undefined) return placeOf(described.tokenizer);
  const named = (name: string) => TOKENIZER_FOLDERS.map((folder) => posix.join(folder, name));
  const whole = named("tokenizer.json").find((file) => companions.has(file));
  if (whole !== undefined) return placeOf(whole);
  for (const vocabulary of named("vocab.json")) {
    const merges = posix.join(posix.dirname(vocabulary), "merges.txt");
    const found = companions.get(vocabulary);
    // An entry of this name that is not a file is an error, even if there are alternatives
    if (found !== undefined && (!found.isFile || companions.has(merges))) return placeOf(vocabulary, merges);
  }
  return { vocabulary: [], sideFiles: [] };
}

function placeOf(file: string, merges?: string): TokenizerPlace {
  const names = ["tokenizer_config.json", "special_tokens_map.json", "added_tokens.json"];
  const sideFiles = names.map((name) => posix.join(posix.dirname(file), name));
  return { vocabulary: merges === undefined ? [file] : [file, merges], sideFiles };
}
