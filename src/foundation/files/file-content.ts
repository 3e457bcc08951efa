import type { z } from "zod";
import { InputError } from "../errors.ts";
import { checkJson, parseJsonText } from "./parse-json.ts";

/** A file's content, read once. A read error is kept and thrown only when the content is needed. */
export interface FileContent {
  /** the path shown in messages */
  readonly path: string;
  /** null where the file could not be read or was not read */
  readonly bytes: Uint8Array | null;
  /** thrown when the content is needed; null where nothing was wrong */
  readonly fault: InputError | null;
}

/** Returns the bytes. @throws InputError if the file could not be read */
export function bytesOf({ path, bytes, fault }: FileContent): Uint8Array {
  if (bytes !== null) return bytes;
  throw fault ?? new Error(`${path}: its content was not read`);
}

/**
 * Returns the content as UTF-8 text without a byte-order mark. @throws InputError if it could not be read or is not
 * UTF-8
 */
export function textOf(file: FileContent): string {
  const bytes = bytesOf(file);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw new InputError(`${file.path}: not UTF-8 text`, { cause });
  }
}

/** Returns the content as JSON. @throws InputError if it could not be read or is not JSON */
export function jsonOf(file: FileContent): unknown {
  return parseJsonText(textOf(file), file.path);
}

/**
 * Returns the content as JSON that matches the schema. @throws InputError naming each wrong field and what was expected
 */
export function jsonAs<Schema extends z.ZodType>(file: FileContent, schema: Schema): z.infer<Schema> {
  return checkJson(jsonOf(file), file.path, schema);
}
