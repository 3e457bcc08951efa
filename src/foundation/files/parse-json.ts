import type { z } from "zod";
import { InputError } from "../errors.ts";
import { jsonFault } from "./json-fault.ts";

/** A string, and the colon that makes it a key. */
const STRINGS = /"(?:[^"\\]|\\.)*"(\s*:)?/g;
/** Maximum number of issues in a message; a file of the wrong kind may have thousands. */
const LISTED = 5;

/**
 * Parses JSON of one of the program's file formats. It must match the schema and have no duplicate keys, of which
 * `JSON.parse` would silently keep the last.
 *
 * @param where file name, for messages
 * @throws InputError naming each wrong field and what was expected
 */
export function parseJson<Schema extends z.ZodType>(text: string, where: string, schema: Schema): z.infer<Schema> {
  const value = parseJsonText(text, where);
  let written = 0;
  for (const [, colon] of text.matchAll(STRINGS)) if (colon !== undefined) written++;
  if (written !== countKeys(value)) throw new InputError(`${where}: a key appears twice`);
  return checkJson(value, where, schema);
}

/** Parses JSON of any form. @throws InputError naming the place where it is not JSON */
export function parseJsonText(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new InputError(`${where}: ${jsonFault(text)}`, { cause });
  }
}

/** Checks a parsed value against a schema. @throws InputError naming each wrong field and what was expected */
export function checkJson<Schema extends z.ZodType>(value: unknown, where: string, schema: Schema): z.infer<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new InputError(`${where}: ${describeIssues(parsed.error)}`, { cause: parsed.error });
}

/**
 * Describes what is wrong with a JSON file, field by field, on one line: `vision.file: Invalid input: expected string,
 * …; size: …`.
 */
export function describeIssues({ issues }: z.ZodError): string {
  const listed = issues
    .slice(0, LISTED)
    .map(({ path, message }) => `${path.join(".") || "the whole file"}: ${message}`)
    .join("; ");
  return issues.length > LISTED ? `${listed}; and ${issues.length - LISTED} more` : listed;
}

/** Counts the keys of all objects in a value, at any depth. */
function countKeys(value: unknown): number {
  let keys = 0;
  const waiting = [value];
  while (waiting.length > 0) {
    const next = waiting.pop();
    if (typeof next !== "object" || next === null) continue;
    const values = Object.values(next);
    if (!Array.isArray(next)) keys += values.length;
    for (const inner of values) waiting.push(inner);
  }
  return keys;
}
