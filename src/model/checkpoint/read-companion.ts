import { stat } from "node:fs/promises";
import { join } from "node:path";
import { InputError } from "../../foundation/errors.ts";
import { type FileState, fileState } from "../../foundation/files/file-state.ts";
import { readError } from "../../foundation/files/read-error.ts";
import { readContent } from "../../foundation/files/read-text.ts";
import { checkRegular } from "../../foundation/files/regular-file.ts";
import type { CompanionFile } from "./checkpoint-facts.ts";

/** Checks a file without reading it; null if it does not exist. */
export async function statCompanion(root: string, file: string): Promise<CompanionFile | null> {
  const path = join(root, file);
  const companion = { file, path, bytes: null, state: null };
  try {
    checkRegular(path, await stat(path));
    return { ...companion, isFile: true, fault: null };
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ENOTDIR") return null;
    return { ...companion, isFile: false, fault: faultOf(path, cause) };
  }
}

/** Reads a file; if it cannot be read, the result contains the fault. */
export async function readCompanion(root: string, file: string): Promise<CompanionFile | null> {
  const companion = await statCompanion(root, file);
  if (companion === null || !companion.isFile) return companion;
  const { path } = companion;
  try {
    const state = await fileState(path);
    return { ...companion, ...(await readContent(path)), state };
  } catch (cause) {
    return { ...companion, fault: faultOf(path, cause) };
  }
}

/** Converts a read error to an InputError to be reported later. Errors that are unrelated to the path are rethrown. */
export function faultOf(path: string, cause: unknown): InputError {
  const fault = readError(path, cause);
  if (fault instanceof InputError) return fault;
  throw fault;
}

/** State of a file; null if it is unknown, in which case reading it reports why. */
export async function stateIfReadable(path: string): Promise<FileState | null> {
  try {
    return await fileState(path);
  } catch (cause) {
    if (readError(path, cause) instanceof InputError) return null;
    throw cause;
  }
}
