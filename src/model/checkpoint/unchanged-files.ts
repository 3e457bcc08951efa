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
 * Records the states of a checkpoint's files when they were hashed, so that changes can be detected later: graphs are loaded long
 * after hashing, and external data may be memory-mapped. The check compares file states, and hashes a file again if its state
 * changed, or if it had changed so shortly before hashing that a further change might not be visible.
 *
 * @param states states of the files when they were hashed, in the same order
 * @returns the check, which throws InputError if a file has other content or no longer exists
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

/** The error for a file that changed after the checkpoint was opened. */
export function changed(path: string): InputError {
  return new InputError(
    `${path}: it changed while it was in use, so results since then were not stored; run again when nothing writes to it`,
  );
}
