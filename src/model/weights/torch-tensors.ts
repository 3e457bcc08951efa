import { InputError } from "../../foundation/errors.ts";
import type { TorchStorage, TorchTensor } from "./pickle-value.ts";
import type { WeightFile } from "./weight-file.ts";
import { STORED_BYTES, type StoredTensor, type StoredType } from "./weights.ts";
import { shown, storedOffset, type ZipEntry } from "./zip-directory.ts";

/** Locates a tensor's bytes, or reports why they cannot be used. */
export type TensorPlace = Omit<StoredTensor, "name"> | { readonly problem: string };

/**
 * Finds tensors in the archive's storages.
 *
 * @param entryOf returns the archive's entry for a storage's key
 * @returns a function that throws InputError if the archive does not contain the tensor's storage, or it is too short
 */
export function tensorPlaces(
  file: WeightFile,
  entryOf: (key: string) => ZipEntry | undefined,
): (name: string, tensor: TorchTensor) => TensorPlace {
  /** by key: the first description of the storage, and its start in the file */
  const known = new Map<string, { storage: TorchStorage; entry: ZipEntry; start: number }>();
  const placeOf = (name: string, storage: TorchStorage): { entry: ZipEntry; start: number } => {
    const found = known.get(storage.key);
    if (found !== undefined) {
      // PyTorch uses the first description for all tensors
      if (found.storage.dtype === storage.dtype && found.storage.count === storage.count) return found;
      throw fault(file, name, `its storage ${shown(storage.key)} has two different descriptions`);
    }
    const entry = entryOf(storage.key);
    if (entry === undefined) throw fault(file, name, `its storage ${shown(storage.key)} is not in the archive`);
    const place = { storage, entry, start: storedOffset(file, entry) };
    known.set(storage.key, place);
    return place;
  };
  return (name, { storage, dtype, offset, shape, strides, problem }) => {
    if (problem !== null) return { problem };
    if (!(dtype in STORED_BYTES)) return { problem: `its element type is ${dtype}, which is not supported` };
    const type = dtype as StoredType;
    const bytes = STORED_BYTES[type];
    const span = spanOf(shape, strides);
    if (!Number.isSafeInteger(shape.reduce((product, size) => product * size, 1))) {
      throw fault(file, name, "it has more elements than can be counted");
    }
    const { entry, start } = placeOf(name, storage);
    const expected = storage.count * (storage.dtype === null ? 1 : bytes);
    if (entry.size !== expected) {
      throw fault(file, name, `its storage has ${entry.size} bytes in the archive, expected ${expected}`);
    }
    const end = (offset + span) * bytes;
    if (!Number.isSafeInteger(end) || end > expected) {
      throw fault(file, name, `it ends at byte ${end} of its storage, which has ${expected} bytes`);
    }
    const contiguous = span === 0 || isContiguous(shape, strides);
    return {
      type,
      shape,
      file: file.realPath,
      offset: start + offset * bytes,
      byteLength: span * bytes,
      strides: contiguous ? null : strides,
    };
  };
}

/** Number of elements from a view's first to its last; 0 if an axis has size 0, infinite if it cannot be counted. */
function spanOf(shape: readonly number[], strides: readonly number[]): number {
  if (shape.includes(0)) return 0;
  let last = 0;
  for (const [i, size] of shape.entries()) last += (size - 1) * (strides[i] as number);
  // A term that is not a safe integer may be rounded; the sum is then not a safe integer either
  return Number.isSafeInteger(last) ? last + 1 : Number.POSITIVE_INFINITY;
}

/** Whether elements are row-major without gaps; the stride of an axis of size 1 does not matter. */
function isContiguous(shape: readonly number[], strides: readonly number[]): boolean {
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    const size = shape[i] as number;
    if (size !== 1 && strides[i] !== step) return false;
    step *= size;
  }
  return true;
}

function fault(file: WeightFile, name: string, what: string): InputError {
  return new InputError(`${file.path}: tensor ${shown(name)}: ${what}; fetch or save the file again`);
}
