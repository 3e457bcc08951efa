import { InputError } from "../../foundation/errors.ts";
import { byteSize } from "../../foundation/number-text.ts";
import { describeValue, isKind, type PickleValue } from "./pickle-value.ts";
import { findStateDict } from "./state-dict.ts";
import { TORCH_OBJECTS } from "./torch-objects.ts";
import { tensorPlaces } from "./torch-tensors.ts";
import { unpickle } from "./unpickle.ts";
import type { WeightFile } from "./weight-file.ts";
import type { FileTensors, StoredTensor, WeightFormat } from "./weights.ts";
import { readZipDirectory, shown, storedOffset, type ZipEntry } from "./zip-directory.ts";

/*
 * The format of torch.save since 1.6, and of torch.jit.save: a zip of uncompressed entries below one folder, with `data.pkl`, a
 * pickle whose tensors name their storages by key, and `data/<key>`, the storages.
 * Source: torch/serialization.py, caffe2/serialize/inline_container.h of PyTorch 2.13
 */

/** Maximum size of a pickle in bytes. The state dict of 10,000 tensors and their optimizer has 4 MB. */
const MAX_PICKLE = 16e6;

/** @throws InputError if the file is not such an archive, is damaged, or contains no state dict */
export function readTorchArchive(file: WeightFile): FileTensors {
  const entries = readZipDirectory(file);
  const root = rootOf(file, entries);
  const format = entries.has(`${root}/constants.pkl`) ? "torchscript" : "pytorch";
  checkByteOrder(file, entries.get(`${root}/byteorder`));
  const pickle = smallEntry(file, entries.get(`${root}/data.pkl`) as ZipEntry, MAX_PICKLE);
  const found = findStateDict(
    unpickle(pickle, `${file.path}: data.pkl`, TORCH_OBJECTS),
    file.path,
    4 * pickle.length + 65_536,
  );
  const place = tensorPlaces(file, (key) => entries.get(`${root}/data/${key}`));
  const tensors: StoredTensor[] = [];
  const unusable = new Map<string, string>();
  const values = new Map<string, number>();
  for (const [name, value] of found.entries) {
    if (isKind(value, "tensor")) {
      const where = place(name, value);
      if ("problem" in where) unusable.set(name, where.problem);
      else tensors.push({ name, ...where });
    } else if (typeof value === "number") {
      values.set(name, value);
    } else {
      const problem = problemOf(value, format);
      if (problem !== null) unusable.set(name, problem);
    }
  }
  return { format, tensors, unusable, values, notes: found.notes };
}

/** The folder that contains every entry. */
function rootOf(file: WeightFile, entries: ReadonlyMap<string, ZipEntry>): string {
  const [first = ""] = entries.keys();
  const root = first.slice(0, first.indexOf("/"));
  const outside = [...entries.keys()].find((name) => !name.startsWith(`${root}/`));
  if (first.includes("/") && entries.has(`${root}/data.pkl`)) {
    if (outside === undefined) return root;
    throw new InputError(`${file.path}: entry ${shown(outside)} is outside the archive's folder ${shown(root)}`);
  }
  const kind = [...entries.keys()].some((name) => name.endsWith(".npy"))
    ? "a NumPy archive"
    : "a zip archive without <folder>/data.pkl";
  throw new InputError(
    `${file.path}: ${kind}, not PyTorch weights; expected a file of torch.save or safetensors; if weights were zipped, unpack them`,
  );
}

function checkByteOrder(file: WeightFile, entry: ZipEntry | undefined): void {
  if (entry === undefined) return; // PyTorch before 2.1, which always wrote little-endian
  const order = smallEntry(file, entry, 64).toString("latin1");
  if (order === "little") return;
  throw new InputError(
    `${file.path}: expected little-endian numbers, got byteorder ${JSON.stringify(order)}; save it again on a little-endian machine`,
  );
}

function smallEntry(file: WeightFile, entry: ZipEntry, maxBytes: number): Buffer {
  if (entry.size > maxBytes) {
    throw new InputError(
      `${file.path}: ${entry.name.split("/").slice(1).join("/")} has ${byteSize(entry.size)}, the maximum is ${byteSize(maxBytes)}; save the state dict alone`,
    );
  }
  return file.read(storedOffset(file, entry), entry.size);
}

/** Why an entry cannot be used as a tensor; null for entries that never are tensors: flags of modules, hooks, lists of sizes. */
function problemOf(value: PickleValue, format: WeightFormat): string | null {
  if (isKind(value, "record") && !value.name.startsWith("torch.jit._pickle.")) {
    return value.problem ?? `it is ${describeValue(value)}, which is not supported`;
  }
  return format === "torchscript" || value === null ? null : `expected a tensor, got ${describeValue(value)}`;
}
