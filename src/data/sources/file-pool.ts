import { readError } from "../../foundation/files/read-error.ts";
import { type FileBytes, openFileBytes } from "./byte-source.ts";

/** Files that stay open between reads. Reads may run in parallel. Each thread makes one and closes it at its end. */
export interface FilePool {
  /**
   * Runs work on an open file. If the work fails, the file is closed and opened again for the next work.
   *
   * @throws InputError if the file cannot be opened or read, else the error of the work
   */
  use<Result>(path: string, work: (file: FileBytes) => Promise<Result>): Promise<Result>;
  /** Closes every file once the work on it is done. The pool can be used again. */
  close(): Promise<void>;
}

/**
 * Maximum number of idle open files. A benchmark has at most a few dozen shards, and images are read in order, so more
 * are seldom in use at the same time.
 */
const OPEN_FILES = 16;

interface OpenFile {
  readonly opening: Promise<FileBytes>;
  /** number of current uses, plus one while it is kept */
  users: number;
}

/**
 * Makes a pool that keeps the most recently used files open.
 *
 * @param openFiles  their maximum number, in addition to those in use
 */
export function createFilePool(openFiles = OPEN_FILES): FilePool {
  const kept = new Map<string, OpenFile>(); // the most recently used file is the last

  function take(path: string): OpenFile {
    const file = kept.get(path) ?? openFile(path);
    file.users += 1;
    kept.delete(path);
    kept.set(path, file);
    return file;
  }

  function openFile(path: string): OpenFile {
    const opening = openFileBytes(path);
    opening.catch(() => {}); // the users of the file get the error; nobody awaits it earlier
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
