import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { access, type FileHandle, link, mkdir, open, rename, rm, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { InputError } from "../errors.ts";

/** Content of a file: bytes, text, or either in pieces, which are written one by one and never held together. */
export type FileContent = Uint8Array | string | Iterable<string> | AsyncIterable<Uint8Array>;

/**
 * Writes a file so that a reader, or a run that is killed, sees the old content or the new, never a part: to a temporary
 * name in the same folder, flushed to disk, renamed, and the folder flushed, so that the new name outlives a power cut.
 * Makes the folder if it is not there.
 *
 * @throws InputError if the disk is full or the place cannot be written; the temporary file is removed
 */
export async function atomicWrite(path: string, content: FileContent): Promise<void> {
  await writeAs(path, content, rename);
}

/**
 * The same, but only where no file of this name is: of several that try at once, one succeeds.
 *
 * @returns whether it was this one
 */
export async function atomicCreate(path: string, content: FileContent): Promise<boolean> {
  let created = true;
  await writeAs(path, content, async (temporary) => {
    try {
      await link(temporary, path);
    } catch (cause) {
      const code = (cause as NodeJS.ErrnoException).code;
      if (code === "EEXIST") created = false;
      // A file system without hard links: nearly as good, two that try in the same millisecond both succeed
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

/** Writes a file that is not there yet and flushes it to disk. @throws what the system throws; a part of it may be left */
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
 * Whether files can be written below a folder, asked before the work whose results go there; nothing is made.
 *
 * @param option what names another place, for the message: "--out"
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
      else throw writeError(folder, cause, `; name another place with ${option}`);
    }
  }
}

/** Makes a folder and those above it. Node's own way says "not there" of a file system that is read-only. */
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

/** Of two that make one folder, one finds it there. */
function ignoreThere(cause: NodeJS.ErrnoException): void {
  if (cause.code !== "EEXIST") throw cause;
}

/** The names that {@link atomicWrite} gives to files it has not finished; the group is the number of the process. */
export const TEMPORARY_NAME = /\.tmp-(\d+)-[0-9a-f]{8}$/;

async function writeContent(file: FileHandle, content: FileContent): Promise<void> {
  if (typeof content === "string" || content instanceof Uint8Array) return file.writeFile(content);
  // Not one writeFile of the iterable: that one writes short pieces with a system call each
  for await (const piece of content) await file.appendFile(piece);
}

/** Flushes a folder's list of names, where the system can: Windows, and some network file systems, cannot. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r").catch(() => null);
  await folder?.sync().catch(() => {});
  await folder?.close();
}

/**
 * What a failed write means to the user, as an InputError; other errors come back as they are.
 *
 * @param advice what to do about the place
 * @param kept   what is left of the work where the disk is full
 */
export function writeError(path: string, cause: unknown, advice = "", kept = "what is finished is kept"): unknown {
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
    ERR_INVALID_ARG_VALUE: "no file can have this name: it holds the character U+0000",
  };
  const reason = code === undefined ? undefined : reasons[code];
  return reason === undefined ? cause : new InputError(`${path}: cannot write: ${reason}${advice}`, { cause });
}
