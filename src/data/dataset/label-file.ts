import { InputError } from "../../foundation/errors.ts";
import { readText } from "../../foundation/files/read-text.ts";

/** Decimal digits and nothing else: `Number` would read an empty line as 0, and "0x1" and "1e0" as 1. */
const LABEL = /^\d{1,9}$/;

/**
 * Reads a label file: line k contains the label of image k, counted from 1, as a row of the class list. White space
 * around a label, Windows line ends, a byte-order mark and empty lines after the last label are ignored.
 *
 * @param classes  rows of the class list, an exclusive upper bound of labels
 * @throws InputError naming file and line for an empty line between labels, and for an invalid class
 */
export async function readLabelFile(path: string, classes: number): Promise<Int32Array> {
  const lines = (await readText(path)).trimEnd().split(/\r\n|\r|\n/);
  return Int32Array.from(lines, (line, at) => {
    const text = line.trim();
    if (LABEL.test(text) && Number(text) < classes) return Number(text);
    const got = text === "" ? "an empty line" : JSON.stringify(text.slice(0, 40));
    throw new InputError(`${path}: line ${at + 1}: expected a class from 0 to ${classes - 1}, got ${got}`);
  });
}
