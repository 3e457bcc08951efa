import type { BigIntStats } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { InputError } from "../../foundation/errors.ts";
import { readError } from "../../foundation/files/read-text.ts";
import { openRegular } from "../../foundation/files/regular-file.ts";

/** Reads members of tars by position. Reads may run side by side; made once per thread, and closed at its end. */
export interface TarReader {
  /**
   * The bytes from `offset` on, `bytes` of them, and no others of the file.
   *
   * @throws InputError if the tar cannot be read, or ends before them
   */
  read(path: string, offset: number, bytes: number): Promise<Uint8Array>;
  /** The same, with the state that the tar was in before they were read. */
  readWithStats(
    path: string,
    offset: number,
    bytes: number,
  ): Promise<{ readonly content: Uint8Array; readonly stats: BigIntStats }>;
  /** Closes every file once the reads that use it are done. The reader may be used again. */
  close(): Promise<void>;
}

/** A benchmark has at most a few dozen shards, and images are read in order: more are seldom in use at once. */
const OPEN_FILES = 16;

interface OpenFile {
  readonly handle: Promise<FileHandle>;
  /** reads under way, and one for being kept */
  users: number;
}

/**
 * Makes a reader that keeps the files it read last open.
 *
 * @param openFiles  so many at most, beside those that are being read
 */
export function createTarReader(openFiles = OPEN_FILES): TarReader {
  const kept = new Map<string, OpenFile>(); // the one used last is the last

  function take(path: string): OpenFile {
    const file = kept.get(path) ?? openFile(path);
    file.users += 1;
    kept.delete(path);
    kept.set(path, file);
    return file;
  }

  function openFile(path: string): OpenFile {
    const handle = openRegular(path);
    handle.catch(() => {}); // whoever reads from it is told; nobody waits for it before
    return { handle, users: 1 };
  }

  async function release(file: OpenFile): Promise<void> {
    file.users -= 1;
    if (file.users > 0) return;
    const handle = await file.handle.catch(() => null); // a failed open has nothing to close
    await handle?.close();
  }

  async function drop(path: string, file: OpenFile): Promise<void> {
    if (kept.get(path) !== file) return;
    kept.delete(path);
    await release(file);
  }

  async function dropOldest(): Promise<void> {
    const oldest = kept.entries().next().value;
    if (oldest !== undefined && kept.size > openFiles) await drop(...oldest);
  }

  async function withFile<Result>(path: string, work: (handle: FileHandle) => Promise<Result>): Promise<Result> {
    const file = take(path);
    try {
      await dropOldest();
      return await work(await file.handle);
    } catch (cause) {
      await drop(path, file); // the next read opens it anew
      throw readError(path, cause);
    } finally {
      await release(file);
    }
  }

  return {
    read: (path, offset, bytes) => withFile(path, (handle) => readRange(handle, path, offset, bytes)),
    readWithStats: (path, offset, bytes) =>
      withFile(path, async (handle) => {
        const stats = await handle.stat({ bigint: true });
        return { content: await readRange(handle, path, offset, bytes), stats };
      }),
    async close() {
      await Promise.all([...kept].map(([path, file]) => drop(path, file)));
    },
  };
}

async function readRange(file: FileHandle, path: string, offset: number, bytes: number): Promise<Uint8Array> {
  const content = new Uint8Array(bytes);
  let filled = 0;
  while (filled < bytes) {
    const { bytesRead } = await file.read(content, filled, bytes - filled, offset + filled);
    if (bytesRead === 0) {
      throw new InputError(
        `${path}: ends before byte ${offset + bytes}; was it changed since its members were listed? run again`,
      );
    }
    filled += bytesRead;
  }
  return content;
}
