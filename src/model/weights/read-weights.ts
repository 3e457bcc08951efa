import { dirname, join } from "node:path";
import { InputError } from "../../foundation/errors.ts";
import { readSafetensors } from "./safetensors.ts";
import { readShardIndex } from "./shard-index.ts";
import { stripPrefixes } from "./strip-prefixes.ts";
import { readTorchArchive } from "./torch-archive.ts";
import { type WeightFile, withWeightFile } from "./weight-file.ts";
import { weightFileKind } from "./weight-format.ts";
import type { StoredTensor, WeightFormat, Weights } from "./weights.ts";
import { shown } from "./zip-directory.ts";

/**
 * Describes the tensors of a checkpoint's weights: a safetensors file, the index of its shards, what `torch.save` has written
 * since PyTorch 1.6, or a TorchScript archive. The format is told from the content. Headers and pickles are read, no
 * tensors but single whole numbers; nothing that a pickle names is imported or called.
 *
 * @throws InputError if it is none of these, is damaged, or claims what the file does not hold
 */
export async function readWeights(path: string): Promise<Weights> {
  const first = await withWeightFile(path, (file) => {
    if (weightFileKind(file) === "index") return { realPath: file.realPath, shards: readShardIndex(file) };
    return readTensors(file);
  });
  if (!("shards" in first)) return { path, ...first };
  const tensors = new Map<string, StoredTensor>();
  const unusable = new Map<string, string>();
  const values = new Map<string, number>();
  const notes = new Set<string>();
  const files = [first.realPath];
  let format: WeightFormat | null = null;
  for (const [name, listed] of first.shards) {
    const shardPath = join(dirname(path), name);
    const shard = await withWeightFile(shardPath, (file) => {
      if (weightFileKind(file) !== "index") return readTensors(file);
      throw new InputError(`${shardPath}: an index, where ${path} expects weights`);
    });
    format ??= shard.format;
    if (shard.format !== format) {
      throw new InputError(`${path}: its files are of two formats, ${format} and ${shard.format}`);
    }
    checkListed(path, shardPath, listed, [...shard.tensors.keys(), ...shard.unusable.keys()]);
    files.push(...shard.files);
    for (const [tensor, place] of shard.tensors) tensors.set(tensor, place);
    for (const [tensor, reason] of shard.unusable) unusable.set(tensor, reason);
    for (const [value, number] of shard.values) values.set(value, number);
    for (const note of shard.notes) notes.add(note);
  }
  return {
    path,
    format: format as WeightFormat,
    files: [...new Set(files)],
    tensors,
    unusable,
    values,
    notes: [...notes],
  };
}

type FileWeights = Omit<Weights, "path">;

function readTensors(file: WeightFile): FileWeights {
  const read = weightFileKind(file) === "zip" ? readTorchArchive(file) : safetensors(file);
  if (read.tensors.length === 0 && read.unusable.size === 0) throw new InputError(`${file.path}: it holds no tensors`);
  const tensors = new Map(read.tensors.map((tensor) => [tensor.name, tensor]));
  const values = new Map(read.values);
  for (const tensor of read.tensors) {
    const value = wholeNumber(file, tensor);
    if (value !== null) values.set(tensor.name, value);
  }
  const { format, unusable, notes } = read;
  return { format, files: [file.realPath], tensors, unusable, values, notes };
}

function safetensors(file: WeightFile) {
  const { tensors, unusable } = readSafetensors(file);
  const named = stripPrefixes(
    new Map<string, StoredTensor | string>([
      ...tensors.map((tensor): [string, StoredTensor] => [tensor.name, tensor]),
      ...unusable,
    ]),
    file.path,
  );
  const found: StoredTensor[] = [];
  const reasons = new Map<string, string>();
  for (const [name, value] of named.entries) {
    if (typeof value === "string") reasons.set(name, value);
    else found.push({ ...value, name });
  }
  return {
    format: "safetensors" as const,
    tensors: found,
    unusable: reasons,
    values: new Map<string, number>(),
    notes: named.notes,
  };
}

/** The value of a single whole number at the top: OpenAI's archives keep sizes so. Null for any other tensor. */
function wholeNumber(file: WeightFile, { name, type, shape, offset, byteLength }: StoredTensor): number | null {
  if (shape.length > 0 || name.includes(".") || (type !== "int64" && type !== "int32")) return null;
  const bytes = file.read(offset, byteLength);
  const value = type === "int64" ? Number(bytes.readBigInt64LE(0)) : bytes.readInt32LE(0);
  return Number.isSafeInteger(value) ? value : null;
}

function checkListed(index: string, shard: string, listed: ReadonlySet<string>, there: readonly string[]): void {
  const found = new Set(there);
  const missing = [...listed].find((name) => !found.has(name));
  if (missing !== undefined) {
    throw new InputError(`${index}: weight_map puts ${shown(missing)} into ${shard}, which does not hold it`);
  }
  const extra = there.find((name) => !listed.has(name));
  if (extra !== undefined) {
    throw new InputError(`${index}: weight_map does not put ${shown(extra)} into ${shard}, which holds it`);
  }
}
