import { InputError } from "../../foundation/errors.ts";
import { readError } from "../../foundation/files/read-error.ts";
import { TableFault } from "./table-columns.ts";

/** Does a part of the work; a fault in it says where it was. */
export function within<Result>(where: () => string, work: () => Result): Result {
  try {
    return work();
  } catch (cause) {
    throw placed(where, cause);
  }
}

/** The same for work that takes its time. */
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

/** Runs a library on bytes that may be anything: whatever it throws is a fault of the bytes. */
export function decodeWith<Result>(what: string, library: () => Result): Result {
  try {
    return library();
  } catch (cause) {
    if (cause instanceof TableFault) throw cause;
    throw new TableFault(`${what} cannot be decoded; fetch the file again`, { cause });
  }
}

/** A fault as an InputError that names the file; what the system says of a file that it cannot read; others as they are. */
export function tableError(path: string, cause: unknown): unknown {
  return cause instanceof TableFault ? new InputError(`${path}: ${cause.message}`, { cause }) : readError(path, cause);
}
