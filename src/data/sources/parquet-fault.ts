import { InputError } from "../../foundation/errors.ts";
import { readError } from "../../foundation/files/read-error.ts";
import { TableFault } from "./table-columns.ts";

/** Runs a part of the work and adds its position to a fault. */
export function within<Result>(where: () => string, work: () => Result): Result {
  try {
    return work();
  } catch (cause) {
    throw placed(where, cause);
  }
}

/** Does the same for asynchronous work. */
export async function withinAsync<Result>(where: () => string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    throw placed(where, cause);
  }
}

function placed(where: () => string, cause: unknown): unknown {
  return cause instanceof TableFault ? new TableFault(`${where()}: ${cause.message}`, { cause }) : cause;
}

/** Runs a library on untrusted bytes: any error that it throws is a fault of the bytes. */
export function decodeWith<Result>(what: string, library: () => Result): Result {
  try {
    return library();
  } catch (cause) {
    if (cause instanceof TableFault) throw cause;
    throw new TableFault(`${what} cannot be decoded; fetch the file again`, { cause });
  }
}

/**
 * Converts a fault to an InputError that names the file, and explains the system's read errors; returns other errors
 * unchanged.
 */
export function tableError(path: string, cause: unknown): unknown {
  return cause instanceof TableFault ? new InputError(`${path}: ${cause.message}`, { cause }) : readError(path, cause);
}
