import { type BigIntStats, closeSync, constants, fstatSync, openSync, readSync, type Stats } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { InputError } from "../errors.ts";
import { byteSize } from "../number-text.ts";

/*
 * The user's files are opened here and nowhere else, and only regular files are read: a named pipe would wait for a writer
 * for ever, a terminal for its user, and a device such as /dev/zero has no end. What a link leads to counts.
 */

/** O_NONBLOCK: opening a named pipe returns at once, so that it can be refused. It changes nothing for a regular file. */
const READ = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** A path as the system is given it: bytes where it is not UTF-8. */
export type FilePath = string | Buffer;

/** The largest file that is held in memory whole, bytes: one read of the system gives no more. */
export const MAX_BYTES = 2 ** 31 - 1;

/** Opens a regular file to be read. @throws InputError if it is no regular file, else what the system throws */
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

/** The same, with the state of the open file. */
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

/** The same, synchronously. @returns a file descriptor, which the caller closes */
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
 * Reads a regular file whole.
 *
 * @param maxBytes refuse a file of more bytes, before any of it is read
 * @returns memory of its own
 * @throws InputError if it is no regular file or is larger, else what the system throws
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
      if (bytesRead === 0) return bytes.subarray(0, filled); // it was cut since
      filled += bytesRead;
    }
    return bytes;
  } finally {
    await file.close();
  }
}

/**
 * Fills memory with a regular file's bytes from a position on, synchronously.
 *
 * @returns how many there are: fewer than it holds only where the file ends
 * @throws InputError if it is no regular file, else what the system throws
 */
export function readRegularIntoSync(path: FilePath, into: Uint8Array, position: number): number {
  const file = openRegularSync(path);
  try {
    return fillSync(file, into, position);
  } finally {
    closeSync(file);
  }
}

/** Fills memory with an open file's bytes from a position on. @returns how many there are: fewer only where the file ends */
export function fillSync(file: number, into: Uint8Array, position: number): number {
  let filled = 0;
  while (filled < into.length) {
    const bytesRead = readSync(file, into, filled, into.length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return filled;
}

/** @throws InputError naming what the path is, if it is no regular file */
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
  return new InputError(`${path}: ${byteSize(bytes)}, of which at most ${byteSize(maxBytes)} are read`);
}
