import type { Dirent, Stats } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { InputError } from "../errors.ts";
import { readError } from "./read-error.ts";
import { readText } from "./read-text.ts";

/**
 * Returns the state of a path, or null where nothing exists. @throws InputError if the path cannot be inspected, which
 * is a different case
 */
export async function statIfThere(path: string): Promise<Stats | null> {
  return orNull(path, () => stat(path));
}

/** Lists a folder's entries by name; null where the folder does not exist. @throws InputError if it cannot be read */
export async function readFolderIfThere(path: string): Promise<Dirent[] | null> {
  const entries = await orNull(path, () => readdir(path, { withFileTypes: true }));
  return entries?.sort((a, b) => (a.name < b.name ? -1 : 1)) ?? null;
}

/** Reads a UTF-8 text file; null where it does not exist. @throws InputError if it cannot be read or is not UTF-8 */
export async function readTextIfThere(path: string): Promise<string | null> {
  return orNull(path, () => readText(path));
}

/** Maximum size of a small file that this program wrote; a larger file is damaged and is not read into memory. */
const MAX_BYTES = 64e6;

/**
 * Reads a small text file that this program wrote.
 *
 * @returns null where it does not exist
 * @throws InputError if it is not a regular file, is too large or cannot be read
 */
export async function readOwnTextIfThere(path: string): Promise<string | null> {
  const found = await statIfThere(path);
  if (found === null) return null;
  if (!found.isFile()) throw new InputError(`${path}: not a regular file`);
  if (found.size > MAX_BYTES) throw new InputError(`${path}: expected at most ${MAX_BYTES} bytes, found ${found.size}`);
  return readTextIfThere(path);
}

async function orNull<Value>(path: string, read: () => Promise<Value>): Promise<Value | null> {
  try {
    return await read();
  } catch (error) {
    const cause = error instanceof InputError ? error.cause : error;
    const code = (cause as NodeJS.ErrnoException | undefined)?.code;
    if (code === "ENOENT" || code === "ENOTDIR") return null;
    if (error instanceof InputError || code === undefined) throw error;
    const known = readError(path, error);
    throw known instanceof InputError ? known : new InputError(`${path}: cannot be read (${code})`, { cause: error });
  }
}
