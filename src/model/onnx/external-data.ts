import { statSync } from "node:fs";
import { stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { InputError } from "../../foundation/errors.ts";
import { staysInside } from "../../foundation/files/inside-folder.ts";
import { readError } from "../../foundation/files/read-error.ts";
import { checkRegular } from "../../foundation/files/regular-file.ts";
import type { OnnxModel } from "./onnx-model.ts";
import { tensorBytes } from "./onnx-tensor.ts";

/**
 * Checks the external data files of an ONNX file before onnxruntime loads it, because onnxruntime's messages do not always name
 * them.
 *
 * @returns their paths, relative to the ONNX file's folder, sorted
 * @throws InputError if a file is missing, unreadable, not a regular file, outside the folder, or shorter than the graph requires
 */
export async function checkExternalData(model: OnnxModel): Promise<string[]> {
  const needed = new Map<string, number>();
  for (const tensor of model.tensors) {
    if (tensor.external === null) continue;
    const { location, offset, length } = tensor.external;
    const end = offset + (length ?? tensorBytes(tensor));
    needed.set(location, Math.max(needed.get(location) ?? 0, end));
  }
  const locations = [...needed.keys()].sort();
  for (const location of locations) {
    const path = join(dirname(model.path), location);
    if (!staysInside(location)) {
      throw new InputError(`${model.path}: its weights are in ${location}, outside its folder`);
    }
    const size = await sizeOf(model.path, path);
    if (size < (needed.get(location) as number)) {
      throw new InputError(
        `${path}: the external data of ${model.path} is truncated: expected ${needed.get(location)} bytes, got ${size}; copy it again`,
      );
    }
  }
  return locations;
}

/** Total size in bytes of an ONNX file and its external data; missing files count as 0. */
export function graphBytes(model: OnnxModel): number {
  const locations = new Set(model.tensors.flatMap(({ external }) => (external === null ? [] : [external.location])));
  const paths = [model.path, ...[...locations].map((location) => join(dirname(model.path), location))];
  return paths.reduce((sum, path) => sum + sizeOrNothing(path), 0);
}

function sizeOrNothing(path: string): number {
  try {
    return statSync(path).size;
  } catch {
    return 0;
  }
}

async function sizeOf(modelPath: string, path: string): Promise<number> {
  try {
    const info = await stat(path);
    checkRegular(path, info);
    return info.size;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ENOENT") throw readError(path, cause);
    throw new InputError(`${path}: missing file with the weights of ${modelPath}; put it into the graph's folder`, {
      cause,
    });
  }
}
