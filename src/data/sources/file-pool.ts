import { readError } from "../../foundation/files/read-error.ts";
import { type FileBytes, openFileBytes } from "./byte-source.ts";

/** Files that are kept open from read to read. Reads may run side by side; made once per thread, and closed at its end. */
export interface FilePool {
  /**
   * Works on an open file. Where that fails it is closed, and opened anew for the next work.
   *
   * @throws InputError if the file cannot be opened or read, else what the work throws
   */
  use<Result>(path: string, work: (file: FileBytes) => Promise<Result>): Promise<Result>;
  /** Closes every file once the work on it is done. The pool may be used again. */
  close(): Promise<void>;
}

/** A benchmark has at most a few dozen shards, and images are read in order: more are seldom in use at once. */
const OPEN_FILES = 16;

interface OpenFile {
  readonly opening: Promise<FileBytes>;
  /** work under way, and one for being kept */
  users: number;
}

/**
 * Makes a pool that keeps the files used last open.
 *
 * @param openFiles  so many at most, beside those that are in use
 */
export function createFilePool(openFiles = OPEN_FILES): FilePool {
  const kept = new Map<string, OpenFile>(); // the one used last is the last

  function take(path: string): OpenFile {
    const file = kept.get(path) ?? openFile(path);
    file.users += 1;
    kept.delete(path);
    kept.set(path, file);
    return file;
  }

  function openFile(path: string): OpenFile {
    const opening = openFileBytes(path);
    opening.catch(() => {}); // whoever works on it is told; nobody waits for it before
    return { opening, users: 1 };
  }

  async function release(file: OpenFile): Promise<void> {
    file.users -= 1;
    if (file.users > 0) return;
    const opened = await file.opening.catch(() => null); // a failed open has nothing to close
    await opened?.close();
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

  return {
    async use(path, work) {
      const file = take(path);
      try {
        await dropOldest();
        return await work(await file.opening);
      } catch (cause) {
        await drop(path, file);
        throw readError(path, cause);
      } finally {
        await release(file);
      }
    },
    async close() {
      await Promise.all([...kept].map(([path, file]) => drop(path, file)));
    },
  };
}
