import { closeSync, fstatSync } from "node:fs";
import { realpath } from "node:fs/promises";
import { InputError } from "../../foundation/errors.ts";
import { readError } from "../../foundation/files/read-error.ts";
import { fillSync, openRegularSync } from "../../foundation/files/regular-file.ts";

/** An open weight file. Only small parts of it are read: headers, directories, pickles. */
export interface WeightFile {
  /** the path as given, for messages */
  readonly path: string;
  /** the path without symbolic links: the `file` of its tensors */
  readonly realPath: string;
  /** bytes */
  readonly size: number;
  /**
   * @throws InputError if the file does not have these bytes: it was truncated since it was opened, or a header claims too much
   */
  readonly read: (offset: number, length: number) => Buffer;
}

/** @param fill reads bytes from an offset into memory, and returns how many were read */
export function weightFile(
  path: string,
  realPath: string,
  size: number,
  fill: (bytes: Buffer, offset: number) => number,
): WeightFile {
  const read = (offset: number, length: number): Buffer => {
    if (offset < 0 || length < 0 || offset + length > size) throw truncatedError(path, offset + length, size);
    const bytes = Buffer.allocUnsafe(length);
    const filled = fill(bytes, offset);
    if (filled < length) throw truncatedError(path, offset + length, offset + filled);
    return bytes;
  };
  return { path, realPath, size, read };
}

/**
 * Opens a regular file, runs `work`, and closes the file.
 *
 * @throws InputError if the file cannot be read or is not a regular file; also rethrows errors of `work`
 */
export async function withWeightFile<Result>(path: string, work: (file: WeightFile) => Result): Promise<Result> {
  let descriptor: number | null = null;
  try {
    const opened = openRegularSync(path);
    descriptor = opened;
    const { size } = fstatSync(opened);
    const fill = (bytes: Buffer, offset: number): number => fillSync(opened, bytes, offset);
    return work(weightFile(path, await realpath(path), size, fill));
  } catch (cause) {
    throw readError(path, cause);
  } finally {
    if (descriptor !== null) closeSync(descriptor);
  }
}

function truncatedError(path: string, expected: number, size: number): InputError {
  return new InputError(`${path}: truncated: expected at least ${expected} bytes, got ${size}; fetch the file again`);
}
