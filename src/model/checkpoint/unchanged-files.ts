import { join } from "node:path";
import { InputError } from "../../foundation/errors.ts";
import { type FileState, fileState } from "../../foundation/files/file-state.ts";
import { hashInThread } from "../../foundation/files/hash-in-thread.ts";
import { readError } from "../../foundation/files/read-error.ts";

interface WatchedFile {
  /** relative to the checkpoint's folder */
  readonly path: string;
  readonly sha256: string;
}

/**
 * Remembers how a checkpoint's files were when they were hashed, so that what is computed from them later can be held against that:
 * graphs are loaded long after the hashing, and external data may be mapped and not read. The check asks the file system, and hashes
 * again what it shows as changed, or what changed so shortly before the hashing that another change might not show.
 *
 * @param states of the files, in their order, when each was hashed
 * @returns the check. @throws InputError if a file has another content, or is gone
 */
export function watchFiles(
  root: string,
  files: readonly WatchedFile[],
  states: readonly FileState[],
): () => Promise<void> {
  const known = [...states];
  const checkFile = async ({ path, sha256 }: WatchedFile, f: number): Promise<void> => {
    const absolute = join(root, path);
    const before = known[f] as FileState;
    try {
      const now = await fileState(absolute);
      if (now.identity === before.identity && before.settled) return;
      if (now.bytes !== before.bytes || (await hashInThread(absolute)) !== sha256) throw changed(absolute);
      const after = await fileState(absolute);
      if (after.withinRun !== now.withinRun) throw changed(absolute);
      known[f] = now;
    } catch (cause) {
      throw (cause as NodeJS.ErrnoException).code === "ENOENT" ? changed(absolute) : readError(absolute, cause);
    }
  };
  return async () => {
    for (const [f, file] of files.entries()) await checkFile(file, f);
  };
}

/** What is said of a file that is not what it was when the checkpoint was opened. */
export function changed(path: string): InputError {
  return new InputError(
    `${path}: it changed while it was in use: what was computed from it since was not stored; run again when nothing writes to it`,
  );
}
