import type { z } from "zod";
import { InputError } from "../errors.ts";
import { checkJson, parseJsonText } from "./parse-json.ts";

/** A file's content, read once. Why it could not be read is kept, and is an error only for whoever needs what is in the file. */
export interface FileContent {
  /** what messages call the file */
  readonly path: string;
  /** null where it could not be read, or was not read */
  readonly bytes: Uint8Array | null;
  /** what is thrown where the content is needed; null where nothing was wrong */
  readonly fault: InputError | null;
}

/** @throws InputError saying why it could not be read */
export function bytesOf({ path, bytes, fault }: FileContent): Uint8Array {
  if (bytes !== null) return bytes;
  throw fault ?? new Error(`${path}: its content was not read`);
}

/** The content as UTF-8 text; a byte-order mark is dropped. @throws InputError if it could not be read, or is not UTF-8 */
export function textOf(file: FileContent): string {
  const bytes = bytesOf(file);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw new InputError(`${file.path}: not UTF-8 text`, { cause });
  }
}

/** The content as JSON. @throws InputError if it could not be read, or is not JSON */
export function jsonOf(file: FileContent): unknown {
  return parseJsonText(textOf(file), file.path);
}

/** The content as JSON of the form that the schema says. @throws InputError naming each field and what was expected there too */
export function jsonAs<Schema extends z.ZodType>(file: FileContent, schema: Schema): z.infer<Schema> {
  return checkJson(jsonOf(file), file.path, schema);
}
