import type { BigIntStats } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { readError } from "../../foundation/files/read-error.ts";
import { type FilePath, openRegularWithStats, readRegularIntoSync } from "../../foundation/files/regular-file.ts";

/** Bytes that are read in pieces, from any place. Has the shape of hyparquet's AsyncBuffer. */
export interface ByteSource {
  readonly byteLength: number;
  /**
   * Reads the bytes [start, end), fewer where the source ends first, into new memory. Default of `end`: the source's
   * end.
   */
  slice(start: number, end?: number): Promise<ArrayBuffer>;
}

/** The bytes of an open file. */
export interface FileBytes extends ByteSource {
  /** state of the file when it was opened */
  readonly opened: BigIntStats;
  /** its state now */
  stats(): Promise<BigIntStats>;
  close(): Promise<void>;
}

/** Opens a regular file. @throws InputError if it is not a regular file, else the system's error */
export async function openFileBytes(path: FilePath): Promise<FileBytes> {
  const { file, stats } = await openRegularWithStats(path);
  const byteLength = Number(stats.size);
  return {
    byteLength,
    opened: stats,
    stats: () => file.stat({ bigint: true }),
    slice: (start, end = byteLength) => readRange(file, start, end),
    close: () => file.close(),
  };
}

async function readRange(file: FileHandle, start: number, end: number): Promise<ArrayBuffer> {
  const bytes = Buffer.allocUnsafeSlow(Math.max(0, end - start)); // only the filled part is returned
  let filled = 0;
  while (filled < bytes.length) {
    const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, start + filled);
    if (bytesRead === 0) return bytes.buffer.slice(0, filled);
    filled += bytesRead;
  }
  return bytes.buffer;
}

/**
 * Reads the bytes of a file from a position on, up to the size of `into`, synchronously: this is the fastest way for
 * many small reads.
 *
 * @param name  of the path, for messages
 * @returns a view of `into`
 * @throws InputError if the file cannot be read
 */
export function readFileStart(
  path: FilePath,
  position: number,
  into: Uint8Array,
  name: string = path.toString(),
): Uint8Array {
  try {
    return into.subarray(0, readRegularIntoSync(path, into, position));
  } catch (cause) {
    throw readError(name, cause);
  }
}
