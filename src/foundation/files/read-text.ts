import { InputError } from "../errors.ts";
import { jsonFault } from "./json-fault.ts";
import { readError } from "./read-error.ts";
import { readRegular } from "./regular-file.ts";

export { readError } from "./read-error.ts";

/** The largest text that is read, bytes. predictions.csv of a million images has 150 MB; parsed, a text takes ten times as much. */
const MOST_TEXT = 256e6;

/**
 * Reads a UTF-8 text file (a byte-order mark is dropped).
 *
 * @throws InputError if it is not there, cannot be read, is no regular file, is too large, or is not UTF-8
 */
export async function readText(path: string, most: number = MOST_TEXT): Promise<string> {
  const bytes = await readBytes(path, most);
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
    throw new InputError(`${path}: ${jsonFault(text)}`, { cause });
  }
}

/** Reads a whole file. @throws InputError if it is not there, cannot be read, is no regular file, or has more than `most` bytes */
export async function readBytes(path: string, most?: number): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await readRegular(path, most);
  } catch (cause) {
    throw readError(path, cause);
  }
}
