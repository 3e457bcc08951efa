import { dirname, join } from "node:path";
import { InputError } from "../../foundation/errors.ts";
import { readFileTensors } from "./file-tensors.ts";
import { joinWeights } from "./join-weights.ts";
import { readShardIndex } from "./shard-index.ts";
import { withWeightFile } from "./weight-file.ts";
import { weightFileKind } from "./weight-format.ts";
import type { FileTensors, Weights } from "./weights.ts";
import { shown } from "./zip-directory.ts";

/**
 * Describes the tensors of a checkpoint's weights: a safetensors file, an index of shards, an archive that `torch.save` has
 * written since PyTorch 1.6, or a TorchScript archive. The format is detected from the content. Only headers, pickles and single
 * integers are read; nothing that a pickle names is imported or called.
 *
 * @throws InputError if the file is none of these, is damaged, or is shorter than it claims
 */
export async function readWeights(path: string): Promise<Weights> {
  const {
    realPath: first,
    tensors,
    places,
  } = await withWeightFile(path, (file) => {
    const kind = weightFileKind(file);
    const { realPath } = file;
    if (kind === "index") return { realPath, tensors: null, places: readShardIndex(file) };
    return { realPath, tensors: readFileTensors(file, kind), places: null };
  });
  if (places === null) return joinWeights(path, [first], [tensors]);
  const files = [first];
  const shards: FileTensors[] = [];
  for (const [name, listed] of places) {
    const { realPath, shard } = await readShard(path, join(dirname(path), name), listed);
    if (shard.format !== (shards[0] ?? shard).format) {
      throw new InputError(`${path}: its files have two formats, ${shards[0]?.format} and ${shard.format}`);
    }
    files.push(realPath);
    shards.push(shard);
  }
  return joinWeights(path, [...new Set(files)], shards);
}

/** Reads a file that an index names. @throws InputError also if its tensors are not exactly those that the index lists */
async function readShard(index: string, path: string, listed: ReadonlySet<string>) {
  return withWeightFile(path, (file) => {
    const kind = weightFileKind(file);
    if (kind === "index") throw new InputError(`${path}: an index, but ${index} expects weights`);
    const shard = readFileTensors(file, kind);
    const found = new Set([...shard.tensors.map(({ name }) => name), ...shard.unusable.keys()]);
    const missing = [...listed].find((name) => !found.has(name));
    if (missing !== undefined) {
      throw new InputError(`${index}: weight_map assigns ${shown(missing)} to ${path}, which does not contain it`);
    }
    const extra = [...found].find((name) => !listed.has(name));
    if (extra !== undefined) {
      throw new InputError(`${index}: weight_map does not assign ${shown(extra)} to ${path}, which contains it`);
    }
    return { realPath: file.realPath, shard };
  });
}
