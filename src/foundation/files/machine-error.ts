import { closeSync, openSync } from "node:fs";
import { devNull } from "node:os";
import { InputError } from "../errors.ts";

/** What the machine refuses whatever the program does, by the system's code. */
const REASONS: Readonly<Record<string, string>> = {
  EMFILE: "too many open files; raise the limit with ulimit -n",
  ENFILE: "the system has too many open files; close other programs",
  ENOMEM: "the system has no memory left",
  EAGAIN: "the system gives no more threads or processes; raise the limit with ulimit -u, or use fewer --threads",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  EROFS: "the file system is read-only",
  EIO: "the disk failed (EIO)",
};

/**
 * A limit or failure of the machine, which the program met where nothing can be said of a file: while it loaded a module or
 * started a thread. Other errors of the system are defects where they come this far.
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

/** Files that loading the program's modules, its threads and a few tars keep open at once. */
const FILES_NEEDED = 100;

/**
 * Tries whether the process may open the files it needs: where it may not, Node would say that modules are missing.
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
