import { closeSync, fstatSync } from "node:fs";
import { realpath } from "node:fs/promises";
import { InputError } from "../../foundation/errors.ts";
import { readError } from "../../foundation/files/read-error.ts";
import { fillSync, openRegularSync } from "../../foundation/files/regular-file.ts";

/** An open weight file. Only small pieces of it are read: headers, directories, pickles. */
export interface WeightFile {
  /** as it was given, for messages */
  readonly path: string;
  /** the same without links: what tensors name as their file */
  readonly realPath: string;
  /** bytes */
  readonly size: number;
  /** @throws InputError if the file has no such bytes: it was cut meanwhile, or a header claims more than there is */
  readonly read: (offset: number, length: number) => Buffer;
}

/** @param fill puts bytes from an offset on into memory, and says how many there were */
export function weightFile(
  path: string,
  realPath: string,
  size: number,
  fill: (bytes: Buffer, offset: number) => number,
): WeightFile {
  const read = (offset: number, length: number): Buffer => {
    if (offset < 0 || length < 0 || offset + length > size) throw cut(path, offset + length, size);
    const bytes = Buffer.allocUnsafe(length);
    const filled = fill(bytes, offset);
    if (filled < length) throw cut(path, offset + length, offset + filled);
    return bytes;
  };
  return { path, realPath, size, read };
}

/**
 * Opens a regular file, and closes it when the work is done.
 *
 * @throws InputError if it cannot be read or is no regular file, and what the work throws
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

function cut(path: string, expected: number, size: number): InputError {
  return new InputError(`${path}: cut short: expected at least ${expected} bytes, got ${size}; fetch the file again`);
}
