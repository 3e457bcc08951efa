import { randomBytes } from "node:crypto";
import { mkdir, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { InputError } from "../input-error.ts";

/**
 * Writes a file so that a reader, or a run that is killed, sees the old content or the new, never a part:
 * to a temporary name in the same folder, flushed to disk, then renamed. Makes the folder if it is not there.
 *
 * @throws InputError if the disk is full or the place cannot be written; the temporary file is removed
 */
export async function atomicWrite(path: string, content: Uint8Array | string): Promise<void> {
  const temporary = `${path}.tmp-${process.pid}-${randomBytes(4).toString("hex")}`;
  try {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(temporary, "wx");
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => {});
    throw writeError(path, cause);
  }
}

function writeError(path: string, cause: unknown): unknown {
  const code = (cause as NodeJS.ErrnoException).code;
  const reasons: Record<string, string> = {
    ENOSPC: "the disk is full; free some space and run the same command again, what is finished is kept",
    EDQUOT: "the disk quota is used up; free some space and run the same command again, what is finished is kept",
    EACCES: "no permission to write there",
    EPERM: "no permission to write there",
    EROFS: "the file system is read-only",
    ENOTDIR: "a part of this path is a file, not a folder",
    EEXIST: "a part of this path is a file, not a folder",
    EISDIR: "there is a folder of this name",
  };
  const reason = code === undefined ? undefined : reasons[code];
  return reason === undefined ? cause : new InputError(`${path}: cannot write: ${reason}`, { cause });
}
