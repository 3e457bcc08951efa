import { isUtf8 } from "node:buffer";
import { InputError } from "../../foundation/errors.ts";
import { pathNameProblem } from "../../foundation/files/path-name.ts";
import { byteSize } from "../../foundation/number-text.ts";
import { type JsonValue, parseStrictJson } from "./strict-json.ts";
import type { WeightFile } from "./weight-file.ts";
import { shown } from "./zip-directory.ts";

/** The largest index that is read, bytes. One of 100,000 tensors has 10 MB. */
const MAX_INDEX = 32e6;
/** The index, its lists, and what else may lie in its metadata. */
const DEPTH = 8;

/**
 * Reads which tensor lies in which file: `model.safetensors.index.json` of the Hub.
 *
 * @returns names of files beside the index → names of the tensors in them
 * @throws InputError if it is no such index, or names what is no plain file name
 */
export function readShardIndex(file: WeightFile): ReadonlyMap<string, ReadonlySet<string>> {
  if (file.size > MAX_INDEX) {
    throw new InputError(`${file.path}: ${byteSize(file.size)}, of which at most ${byteSize(MAX_INDEX)} are read`);
  }
  const bytes = file.read(0, file.size);
  if (!isUtf8(bytes)) throw new InputError(`${file.path}: not UTF-8 text`);
  const index = parseStrictJson(bytes.toString("utf8"), DEPTH, file.path);
  const places = index instanceof Map ? (index as ReadonlyMap<string, JsonValue>).get("weight_map") : undefined;
  if (!(places instanceof Map) || places.size === 0) {
    throw new InputError(
      `${file.path}: JSON without a weight_map, so no index of weight files; expected a .safetensors file, its .index.json, or what torch.save writes`,
    );
  }
  const shards = new Map<string, Set<string>>();
  for (const [tensor, shard] of places as ReadonlyMap<string, JsonValue>) {
    const problem = typeof shard === "string" ? pathNameProblem(shard) : "is no text";
    if (problem !== null) {
      const name = typeof shard === "string" ? ` ${shown(shard)}` : "";
      throw new InputError(`${file.path}: weight_map: the file${name} of ${shown(tensor)} ${problem}`);
    }
    const tensors = shards.get(shard as string) ?? new Set();
    shards.set(shard as string, tensors.add(tensor));
  }
  return shards;
}
