import { closeSync, openSync } from "node:fs";
import { devNull } from "node:os";
import { InputError } from "../errors.ts";

/** Limits and failures of the machine, by the system's error code. */
const REASONS: Readonly<Record<string, string>> = {
  EMFILE: "too many open files; raise the limit with ulimit -n",
  ENFILE: "the system has too many open files; close other programs",
  ENOMEM: "the system has no memory left",
  EAGAIN: "the system allows no more threads or processes; raise the limit with ulimit -u, or use fewer --threads",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  EROFS: "the file system is read-only",
  EIO: "the disk failed (EIO)",
};

/**
 * Describes a limit or failure of the machine that is not tied to an input file, such as one met while loading a module
 * or starting a thread. Other system errors that get this far are defects.
 *
 * @returns null for any other error
 */
export function machineError(error: unknown): InputError | null {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { code, path } = cause as NodeJS.ErrnoException;
    const reason = REASONS[code ?? ""] ?? (code === "ERR_WORKER_INIT_FAILED" ? REASONS[codeIn(cause)] : undefined);
    if (reason !== undefined)
      return new InputError(path === undefined ? reason : `${path}: ${reason}`, { cause: error });
  }
  return null;
}

/** "Worker initialization failure: EMFILE" */
function codeIn(error: Error): string {
  return /\b(E[A-Z]{3,})\b/.exec(error.message)?.[1] ?? "";
}

/** Files that the program's modules, its threads and a few tars keep open at the same time. */
const FILES_NEEDED = 100;

/**
 * Checks whether the process may open as many files as it needs. Without this check, Node would report missing modules.
 *
 * @throws InputError naming the limit to raise
 */
export function checkOpenFiles(): void {
  const open: number[] = [];
  try {
    while (open.length < FILES_NEEDED) open.push(openSync(devNull, "r"));
  } catch (cause) {
    throw machineError(cause) ?? cause;
  } finally {
    for (const file of open) closeSync(file);
  }
}
