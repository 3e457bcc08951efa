import { readFile } from "node:fs/promises";
import { InputError } from "../input-error.ts";

/**
 * Reads a UTF-8 text file (a byte-order mark is dropped).
 *
 * @throws InputError if it is not there, cannot be read, or is not UTF-8
 */
export async function readText(path: string): Promise<string> {
  const bytes = await readBytes(path);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new InputError(`${path}: not UTF-8 text`, { cause });
  }
}

/** Reads and parses a JSON file. @throws InputError if it cannot be read or is not JSON */
export async function readJson(path: string): Promise<unknown> {
  const text = await readText(path);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new InputError(`${path}: not JSON: ${(cause as Error).message}`, { cause });
  }
}

/** Reads a whole file. @throws InputError if it is not there or cannot be read */
export async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw readError(path, cause);
  }
}

/** What a failed read means to the user, as an InputError; other errors come back as they are. */
export function readError(path: string, cause: unknown): unknown {
  const code = (cause as NodeJS.ErrnoException).code;
  if (code === "ENOENT") return new InputError(`${path}: no such file or folder`, { cause });
  if (code === "EACCES" || code === "EPERM") return new InputError(`${path}: no permission to read it`, { cause });
  if (code === "EISDIR") return new InputError(`${path}: expected a file, found a folder`, { cause });
  if (code === "ENOTDIR") return new InputError(`${path}: a part of this path is a file, not a folder`, { cause });
  if (code === "EIO") return new InputError(`${path}: the disk failed to read it (EIO)`, { cause });
  return cause;
}
