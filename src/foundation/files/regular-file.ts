import { type BigIntStats, closeSync, constants, fstatSync, openSync, readSync, type Stats } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { InputError } from "../errors.ts";
import { byteSize } from "../number-text.ts";

/*
 * All files of users are opened here, and only regular files are read: a named pipe would wait for a writer
 * indefinitely, a terminal for its user, and a device such as /dev/zero has no end. The target of a link counts.
 */

/**
 * With O_NONBLOCK, opening a named pipe returns at once, so that it can be refused. It has no effect on a regular file.
 */
const READ = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** A path as passed to the system: bytes where it is not UTF-8. */
export type FilePath = string | Buffer;

/** Maximum size of a file that is read into memory whole, in bytes: a single system read returns no more. */
export const MAX_BYTES = 2 ** 31 - 1;

/** Opens a regular file for reading. @throws InputError if it is not a regular file, else the system's error */
export async function openRegular(path: FilePath): Promise<FileHandle> {
  const file = await open(path, READ);
  try {
    checkRegular(path, await file.stat());
    return file;
  } catch (cause) {
    await file.close();
    throw cause;
  }
}

/** Opens a regular file and returns its state too. */
export async function openRegularWithStats(
  path: FilePath,
): Promise<{ readonly file: FileHandle; readonly stats: BigIntStats }> {
  const file = await open(path, READ);
  try {
    const stats = await file.stat({ bigint: true });
    checkRegular(path, stats);
    return { file, stats };
  } catch (cause) {
    await file.close();
    throw cause;
  }
}

/** Opens a regular file synchronously. @returns a file descriptor, which the caller closes */
export function openRegularSync(path: FilePath): number {
  const file = openSync(path, READ);
  try {
    checkRegular(path, fstatSync(file));
    return file;
  } catch (cause) {
    closeSync(file);
    throw cause;
  }
}

/**
 * Reads a whole regular file.
 *
 * @param maxBytes refuse a larger file before reading any of it
 * @returns memory that nothing else uses
 * @throws InputError if it is not a regular file or is too large, else the system's error
 */
export async function readRegular(path: string, maxBytes: number = MAX_BYTES): Promise<Buffer<ArrayBuffer>> {
  const file = await open(path, READ);
  try {
    const info = await file.stat();
    checkRegular(path, info);
    if (info.size > maxBytes) throw tooLarge(path, info.size, maxBytes);
    const bytes = Buffer.allocUnsafeSlow(info.size);
    let filled = 0;
    while (filled < bytes.length) {
      const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, filled);
      if (bytesRead === 0) return bytes.subarray(0, filled); // truncated in the meantime
      filled += bytesRead;
    }
    return bytes;
  } finally {
    await file.close();
  }
}

/**
 * Fills a buffer with a regular file's bytes from a position on, synchronously.
 *
 * @returns the number of bytes read: fewer than the buffer holds only at the end of the file
 * @throws InputError if it is not a regular file, else the system's error
 */
export function readRegularIntoSync(path: FilePath, buffer: Uint8Array, position: number): number {
  const file = openRegularSync(path);
  try {
    return fillSync(file, buffer, position);
  } finally {
    closeSync(file);
  }
}

/**
 * Fills a buffer with an open file's bytes from a position on. @returns the number of bytes read: fewer only at the
 * file's end
 */
export function fillSync(file: number, buffer: Uint8Array, position: number): number {
  let filled = 0;
  while (filled < buffer.length) {
    const bytesRead = readSync(file, buffer, filled, buffer.length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return filled;
}

/** @throws InputError naming the kind of file if it is not a regular file */
export function checkRegular(path: FilePath, info: Stats | BigIntStats): void {
  if (info.isFile()) return;
  const kind = info.isDirectory()
    ? "a folder"
    : info.isFIFO()
      ? "a named pipe"
      : info.isSocket()
        ? "a socket"
        : "a device";
  throw new InputError(`${path}: expected a file, found ${kind}`);
}

function tooLarge(path: string, bytes: number, maxBytes: number): InputError {
  return new InputError(`${path}: ${byteSize(bytes)}, more than the maximum of ${byteSize(maxBytes)}`);
}
