import { randomBytes } from "node:crypto";
import { rename, rm, rmdir } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { InputError } from "../errors.ts";
import { checkWritable, type FileContent, makeFolder, syncFolder, writeError, writeFlushed } from "./atomic-write.ts";
import { readFolderIfThere, statIfThere } from "./if-there.ts";

/** A folder that is being filled and has not been moved to its place yet. */
export interface UnfinishedFolder {
  readonly path: string;
  /** Writes a file below it. @param file relative path, with "/" between */
  write(file: string, content: FileContent): Promise<void>;
}

/**
 * Fills a folder so that it appears complete or not at all: it is filled next to its place, under a hidden name that no
 * shell `*` matches, and then renamed. If the work fails or is stopped, the written files are removed.
 *
 * @param folder must not exist yet, or be empty
 * @param option the option that sets the path, for messages: "--out"
 * @throws InputError if it has content, cannot be written or the disk is full; what `fill` throws
 */
export async function writeNewFolder<T>(
  folder: string,
  option: string,
  fill: (unfinished: UnfinishedFolder) => Promise<T>,
): Promise<T> {
  const place = resolve(folder);
  await checkVacant(folder, option);
  const parent = dirname(place);
  await makeFolder(parent);
  const path = join(parent, `.${basename(place)}.tmp-${process.pid}-${randomBytes(4).toString("hex")}`);
  try {
    const folders = new Set([path]);
    await makeFolder(path);
    const result = await fill({
      path,
      async write(file, content) {
        const target = join(path, file);
        folders.add(dirname(target));
        await makeFolder(dirname(target));
        await writeFlushed(target, content);
      },
    });
    for (const written of folders) await syncFolder(written);
    await moveTo(path, place, folder, option);
    await syncFolder(parent);
    return result;
  } catch (cause) {
    await rm(path, { recursive: true, force: true }).catch(() => {});
    throw writeError(folder, cause, `; choose another path with ${option}`, "nothing of it was left behind");
  }
}

/** @throws InputError if the path is anything but an empty folder, or cannot be written */
export async function checkVacant(folder: string, option: string): Promise<void> {
  const found = await statIfThere(folder);
  if (found !== null && !found.isDirectory()) {
    throw new InputError(`${option} ${folder}: a file has this name; choose a folder that does not exist yet`);
  }
  if (found !== null && ((await readFolderIfThere(folder))?.length ?? 0) > 0) throw occupied(folder, option);
  if (found !== null && resolve(folder) === process.cwd()) {
    throw new InputError(`${option} ${folder}: the current folder cannot be replaced; choose a new folder in it`);
  }
  await checkWritable(dirname(resolve(folder)), option);
}

async function moveTo(from: string, place: string, folder: string, option: string): Promise<void> {
  try {
    // An empty folder is removed first: not every system renames onto one
    await rmdir(place).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code !== "ENOENT") throw cause;
    });
    await rename(from, place);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? "";
    if (["ENOTEMPTY", "EEXIST", "ENOTDIR"].includes(code)) throw occupied(folder, option, { cause });
    if (["EBUSY", "EXDEV"].includes(code)) {
      throw new InputError(
        `${option} ${folder}: it is in use, for example as a mount point; choose a new folder in it`,
        {
          cause,
        },
      );
    }
    throw cause;
  }
}

function occupied(folder: string, option: string, options?: ErrorOptions): InputError {
  return new InputError(
    `${option} ${folder}: not empty; existing files are never replaced; choose another folder`,
    options,
  );
}

/**
 * Lists unfinished folders next to a path that killed runs left. They are never removed, because another machine may
 * still be filling them.
 */
export async function listUnfinished(folder: string): Promise<string[]> {
  const place = resolve(folder);
  const prefix = `.${basename(place)}.tmp-`;
  const names = (await readFolderIfThere(dirname(place)).catch(() => null))?.map(({ name }) => name) ?? []; // only for a message
  return names.filter((name) => name.startsWith(prefix)).map((name) => join(dirname(folder), name));
}
