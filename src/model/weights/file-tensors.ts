import { InputError } from "../../foundation/errors.ts";
import { readSafetensors } from "./safetensors.ts";
import { readTorchArchive } from "./torch-archive.ts";
import type { WeightFile } from "./weight-file.ts";
import type { FileTensors, StoredTensor } from "./weights.ts";

/** Tensors that are at the top level of a model, below any wrapper. */
const TOP = /^(?:module\.|_orig_mod\.)*[^.]+$/;

/** @throws InputError if the file is damaged, is shorter than it claims, or contains no tensors */
export function readFileTensors(file: WeightFile, kind: "safetensors" | "zip"): FileTensors {
  const read = kind === "zip" ? readTorchArchive(file) : readSafetensors(file);
  if (read.tensors.length === 0 && read.unusable.size === 0)
    throw new InputError(`${file.path}: it contains no tensors`);
  const values = new Map(read.values);
  for (const tensor of read.tensors) {
    const value = wholeNumber(file, tensor);
    if (value !== null) values.set(tensor.name, value);
  }
  return { ...read, values };
}

/**
 * The value of a top-level tensor that is a single integer, as which OpenAI's archives store sizes. Null for any other tensor.
 */
function wholeNumber(file: WeightFile, { name, type, shape, offset, byteLength }: StoredTensor): number | null {
  if (shape.length > 0 || (type !== "int64" && type !== "int32") || !TOP.test(name)) return null;
  const bytes = file.read(offset, byteLength);
  const value = type === "int64" ? Number(bytes.readBigInt64LE(0)) : bytes.readInt32LE(0);
  return Number.isSafeInteger(value) ? value : null;
}
