import type { z } from "zod";
import { InputError } from "../errors.ts";
import { jsonFault } from "./json-fault.ts";

/** A string, and the colon that makes it a key. */
const STRINGS = /"(?:[^"\\]|\\.)*"(\s*:)?/g;

/**
 * Parses JSON of one of our own files: of the form that the schema says, and no key twice, where `JSON.parse` silently
 * takes the last.
 *
 * @param where file name, for messages
 * @throws InputError naming the field and what was expected there
 */
export function parseJson<Schema extends z.ZodType>(text: string, where: string, schema: Schema): z.infer<Schema> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new InputError(`${where}: ${jsonFault(text)}`, { cause });
  }
  let written = 0;
  for (const [, colon] of text.matchAll(STRINGS)) if (colon !== undefined) written++;
  if (written !== countKeys(value)) throw new InputError(`${where}: a key is there twice`);
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new InputError(`${where}: ${issue?.path.join(".") || "content"}: ${issue?.message ?? "not valid"}`);
}

/** Keys of a value's objects, however deep they lie. */
function countKeys(value: unknown): number {
  let keys = 0;
  const waiting = [value];
  while (waiting.length > 0) {
    const one = waiting.pop();
    if (typeof one !== "object" || one === null) continue;
    const values = Object.values(one);
    if (!Array.isArray(one)) keys += values.length;
    for (const inner of values) waiting.push(inner);
  }
  return keys;
}
