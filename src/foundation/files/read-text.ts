import type { z } from "zod";
import { InputError } from "../errors.ts";
import { type FileContent, jsonOf, textOf } from "./file-content.ts";
import { checkJson } from "./parse-json.ts";
import { readError } from "./read-error.ts";
import { readRegular } from "./regular-file.ts";

/**
 * Maximum size of a text file in bytes. predictions.csv of a million images has 150 MB; parsed, a text takes ten times
 * as much.
 */
export const MAX_TEXT_BYTES = 256e6;

/**
 * Reads a UTF-8 text file without its byte-order mark.
 *
 * @throws InputError if it does not exist, cannot be read, is not a regular file, is too large or is not UTF-8
 */
export async function readText(path: string, maxBytes: number = MAX_TEXT_BYTES): Promise<string> {
  return textOf({ path, bytes: await readBytes(path, maxBytes), fault: null });
}

/** Reads and parses a JSON file. @throws InputError if it cannot be read or is not JSON */
export async function readJson(path: string): Promise<unknown> {
  return jsonOf({ path, bytes: await readBytes(path, MAX_TEXT_BYTES), fault: null });
}

/** Reads a JSON file that matches the schema. @throws InputError naming each wrong field and what was expected */
export async function readJsonAs<Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.infer<Schema>> {
  return checkJson(await readJson(path), path, schema);
}

/**
 * Reads a whole file. @throws InputError if it does not exist, cannot be read, is not a regular file or is larger than
 * `maxBytes`
 */
export async function readBytes(path: string, maxBytes?: number): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await readRegular(path, maxBytes);
  } catch (cause) {
    throw readError(path, cause);
  }
}

/** Reads a whole file of at most 256 MB, or keeps the reason why it cannot be read. */
export async function readContent(path: string): Promise<FileContent> {
  try {
    return { path, bytes: await readBytes(path, MAX_TEXT_BYTES), fault: null };
  } catch (cause) {
    if (!(cause instanceof InputError)) throw cause;
    return { path, bytes: null, fault: cause };
  }
}
