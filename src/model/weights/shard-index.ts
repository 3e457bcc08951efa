import { isUtf8 } from "node:buffer";
import { InputError } from "../../foundation/errors.ts";
import { pathNameProblem } from "../../foundation/files/path-name.ts";
import { byteSize } from "../../foundation/number-text.ts";
import { type JsonValue, parseStrictJson } from "./strict-json.ts";
import type { WeightFile } from "./weight-file.ts";
import { shown } from "./zip-directory.ts";

/** Maximum size of an index in bytes. An index of 100,000 tensors has 10 MB. */
const MAX_INDEX = 32e6;
/** Nesting depth: the index, its lists, and any nested metadata. */
const DEPTH = 8;

/**
 * Reads which file contains each tensor from an index such as the Hub's `model.safetensors.index.json`.
 *
 * @returns names of files in the folder of the index → names of the tensors in them
 * @throws InputError if the file is not such an index, or a shard is not a plain file name
 */
export function readShardIndex(file: WeightFile): ReadonlyMap<string, ReadonlySet<string>> {
  if (file.size > MAX_INDEX) {
    throw new InputError(`${file.path}: ${byteSize(file.size)}, the maximum is ${byteSize(MAX_INDEX)}`);
  }
  const bytes = file.read(0, file.size);
  if (!isUtf8(bytes)) throw new InputError(`${file.path}: not UTF-8 text`);
  const index = parseStrictJson(bytes.toString("utf8"), DEPTH, file.path);
  const places = index instanceof Map ? (index as ReadonlyMap<string, JsonValue>).get("weight_map") : undefined;
  if (!(places instanceof Map) || places.size === 0) {
    throw new InputError(
      `${file.path}: JSON without a weight_map, so not an index of weight files; expected a .safetensors file, its .index.json, or a file of torch.save`,
    );
  }
  const shards = new Map<string, Set<string>>();
  for (const [tensor, shard] of places as ReadonlyMap<string, JsonValue>) {
    const problem = typeof shard === "string" ? pathNameProblem(shard) : "is not a string";
    if (problem !== null) {
      const name = typeof shard === "string" ? ` ${shown(shard)}` : "";
      throw new InputError(`${file.path}: weight_map: the file${name} of ${shown(tensor)} ${problem}`);
    }
    const tensors = shards.get(shard as string) ?? new Set();
    shards.set(shard as string, tensors.add(tensor));
  }
  return shards;
}
