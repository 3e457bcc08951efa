import { InputError } from "../../foundation/errors.ts";
import { readBytes } from "../../foundation/files/read-text.ts";

/** A password is one line: a longer file is something else. */
const MAX_BYTES = 4096;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * Reads the password in a file: its first line as bytes, in the character set in which it was written. Only the file's
 * path is ever recorded or printed.
 *
 * @throws InputError if the file cannot be read, or begins with an empty line
 */
export async function readPassword(path: string): Promise<Buffer> {
  const bytes = Buffer.from(await readBytes(path, MAX_BYTES));
  const start = bytes.subarray(0, 3).equals(BYTE_ORDER_MARK) ? 3 : 0;
  const lineEnd = bytes.indexOf(LINE_FEED, start);
  const end = lineEnd < 0 ? bytes.length : lineEnd;
  const password = bytes.subarray(start, bytes[end - 1] === CARRIAGE_RETURN ? end - 1 : end);
  if (password.length === 0) throw new InputError(`${path}: its first line is empty, expected the password`);
  return password;
}
