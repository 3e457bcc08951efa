import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { access, type FileHandle, link, mkdir, open, rename, rm, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { InputError } from "../errors.ts";

/** Content of a file: bytes, text, or either in pieces, which are written one at a time and never held together. */
export type FileContent = Uint8Array | string | Iterable<string> | AsyncIterable<Uint8Array>;

/**
 * Writes a file so that readers, and later runs if this one is killed, see the old content or the new, never a part. It
 * writes to a temporary name in the same folder, flushes the file to disk, renames it and flushes the folder, so that
 * the new name survives a power failure. Creates the folder if it does not exist.
 *
 * @throws InputError if the disk is full or the path cannot be written; the temporary file is removed
 */
export async function atomicWrite(path: string, content: FileContent): Promise<void> {
  await writeAs(path, content, rename);
}

/**
 * Like {@link atomicWrite}, but only if no file has this name. If several callers try at once, one succeeds.
 *
 * @returns whether this call created the file
 */
export async function atomicCreate(path: string, content: FileContent): Promise<boolean> {
  let created = true;
  await writeAs(path, content, async (temporary) => {
    try {
      await link(temporary, path);
    } catch (cause) {
      const code = (cause as NodeJS.ErrnoException).code;
      if (code === "EEXIST") created = false;
      // On a file system without hard links, two callers within the same millisecond may both succeed
      else if (await stat(path).catch(() => null)) created = false;
      else return rename(temporary, path);
    }
    await rm(temporary);
  });
  return created;
}

async function writeAs(
  path: string,
  content: FileContent,
  place: (temporary: string, path: string) => Promise<void>,
): Promise<void> {
  const temporary = `${path}.tmp-${process.pid}-${randomBytes(4).toString("hex")}`;
  const folder = dirname(path);
  try {
    await makeFolder(resolve(folder));
    await writeFlushed(temporary, content);
    await place(temporary, path);
    await syncFolder(folder);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => {});
    throw writeError(path, cause);
  }
}

/**
 * Writes a file that does not exist yet and flushes it to disk. @throws the system's error; a part of the file may
 * remain
 */
export async function writeFlushed(path: string, content: FileContent): Promise<void> {
  const file = await open(path, "wx");
  try {
    await writeContent(file, content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/**
 * Checks whether files can be written below a folder, before the work whose results go there. Creates nothing.
 *
 * @param option the option that sets the path, for the message: "--out"
 * @throws InputError if the file system is read-only, the user may not write there, or a part of the path is a file
 */
export async function checkWritable(folder: string, option: string): Promise<void> {
  let place = resolve(folder);
  for (;;) {
    try {
      if (!(await stat(place)).isDirectory()) throw Object.assign(new Error("a file"), { code: "ENOTDIR" });
      return await access(place, constants.W_OK);
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === "ENOENT" && dirname(place) !== place) place = dirname(place);
      else throw writeError(folder, cause, `; choose another path with ${option}`);
    }
  }
}

/** Creates a folder and its parents. With `recursive`, Node reports ENOENT on a read-only file system. */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === "ENOENT" && dirname(path) !== path) {
      await makeFolder(dirname(path));
      await mkdir(path).catch(ignoreThere);
    } else if (!(await stat(path).catch(() => null))?.isDirectory()) throw cause;
  }
}

/** If two callers create one folder, the second finds it there. */
function ignoreThere(cause: NodeJS.ErrnoException): void {
  if (cause.code !== "EEXIST") throw cause;
}

/** Matches the names that {@link atomicWrite} gives to unfinished files; the group is the process id. */
export const TEMPORARY_NAME = /\.tmp-(\d+)-[0-9a-f]{8}$/;

async function writeContent(file: FileHandle, content: FileContent): Promise<void> {
  if (typeof content === "string" || content instanceof Uint8Array) return file.writeFile(content);
  // Not a single writeFile of the iterable: it would write each short piece with a separate system call
  for await (const piece of content) await file.appendFile(piece);
}

/** Flushes a folder's list of names where the system supports it: Windows and some network file systems do not. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r").catch(() => null);
  await folder?.sync().catch(() => {});
  await folder?.close();
}

/**
 * Explains a failed write to the user as an InputError. Returns other errors unchanged.
 *
 * @param advice what to do about the path
 * @param kept   what is kept of the work if the disk is full
 */
export function writeError(path: string, cause: unknown, advice = "", kept = "finished work is kept"): unknown {
  const code = (cause as NodeJS.ErrnoException).code;
  const again = `free some space and run the same command again, ${kept}`;
  const reasons: Record<string, string> = {
    ENOSPC: `the disk is full; ${again}`,
    EDQUOT: `the disk quota is used up; ${again}`,
    EACCES: "no permission to write there",
    EPERM: "no permission to write there",
    EROFS: "the file system is read-only",
    ENOTDIR: "a part of this path is a file, not a folder",
    EEXIST: "a part of this path is a file, not a folder",
    EISDIR: "there is a folder of this name",
    EMFILE: "too many open files; raise the limit with ulimit -n",
    ENFILE: "the system has too many open files; close other programs",
    EIO: "the disk failed to write it (EIO)",
    ENAMETOOLONG: "its name is too long for the file system",
    ELOOP: "a symbolic link that leads in a circle",
    ERR_INVALID_ARG_VALUE: "no file can have this name: it contains the character U+0000",
  };
  const reason = code === undefined ? undefined : reasons[code];
  return reason === undefined ? cause : new InputError(`${path}: cannot write: ${reason}${advice}`, { cause });
}
