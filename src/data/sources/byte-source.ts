import type { BigIntStats } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { readError } from "../../foundation/files/read-error.ts";
import { type FilePath, openRegularWithStats, readRegularIntoSync } from "../../foundation/files/regular-file.ts";

/** Bytes that are read in pieces, wherever they are. The shape of hyparquet's AsyncBuffer. */
export interface ByteSource {
  readonly byteLength: number;
  /** The bytes [start, end), fewer where the source ends before; memory of its own. `end`: the source's where absent. */
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

/** Opens a regular file. @throws InputError if it is none, else what the system throws */
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
  const bytes = Buffer.allocUnsafeSlow(Math.max(0, end - start)); // only what was filled is returned
  let filled = 0;
  while (filled < bytes.length) {
    const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, start + filled);
    if (bytesRead === 0) return bytes.buffer.slice(0, filled);
    filled += bytesRead;
  }
  return bytes.buffer;
}

/**
 * The bytes of a file from a position on, as many as `into` holds and fewer where the file ends, without waiting: of many
 * small reads this is the fastest.
 *
 * @param name  of the path, for messages
 * @returns a view on `into`
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
