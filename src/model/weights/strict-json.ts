import { InputError } from "../../foundation/errors.ts";

/** A parsed value. Objects are Maps, so that no name has a meaning in JavaScript. */
export type JsonValue =
  | null
  | boolean
  | number
  | JsonFraction
  | string
  | readonly JsonValue[]
  | ReadonlyMap<string, JsonValue>;

/** A number that is not written as an integer: 1.0 is not a valid size. */
export interface JsonFraction {
  readonly fraction: number;
}

const SPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const LITERALS: readonly (readonly [string, JsonValue])[] = [
  ["true", true],
  ["false", false],
  ["null", null],
];

/**
 * Parses JSON of untrusted files. Unlike `JSON.parse`, it rejects duplicate names in an object, limits the nesting depth and
 * distinguishes integers from other numbers.
 *
 * @param depth maximum nesting depth of objects and arrays
 * @param where file name, for messages
 * @throws InputError with the character at which the text is invalid, and without any of the text
 */
export function parseStrictJson(text: string, depth: number, where: string): JsonValue {
  let at = 0;
  const fault = (what: string): InputError => new InputError(`${where}: ${what} at character ${at}`);
  const skipSpace = (): void => {
    if (text.charCodeAt(at) > 0x20) return;
    SPACE.lastIndex = at;
    at += SPACE.exec(text)?.[0].length ?? 0;
  };
  const taken = (character: string): boolean => {
    skipSpace();
    if (text[at] !== character) return false;
    at++;
    return true;
  };
  const string = (): string => {
    const from = at;
    if (text[at] !== '"') throw fault("not JSON");
    let escaped = false;
    for (at++; ; at++) {
      const code = text.charCodeAt(at);
      if (code === 0x22) break;
      if (!(code >= 0x20)) throw fault(at < text.length ? "not JSON" : "not JSON: it ends too early"); // NaN at the end
      if (code !== 0x5c) continue;
      escaped = true;
      at++;
    }
    at++;
    if (!escaped) return text.slice(from + 1, at - 1);
    try {
      return JSON.parse(text.slice(from, at)) as string;
    } catch {
      throw fault("not JSON: an invalid escape");
    }
  };
  const list = (left: number): JsonValue[] => {
    const items: JsonValue[] = [];
    if (taken("]")) return items;
    do items.push(value(left));
    while (taken(","));
    if (!taken("]")) throw fault(at < text.length ? "not JSON" : "not JSON: it ends too early");
    return items;
  };
  const object = (left: number): ReadonlyMap<string, JsonValue> => {
    const entries = new Map<string, JsonValue>();
    if (taken("}")) return entries;
    do {
      skipSpace();
      const name = string();
      if (entries.has(name)) throw fault("a name appears twice");
      if (!taken(":")) throw fault("not JSON");
      entries.set(name, value(left));
    } while (taken(","));
    if (!taken("}")) throw fault(at < text.length ? "not JSON" : "not JSON: it ends too early");
    return entries;
  };
  const value = (left: number): JsonValue => {
    skipSpace();
    const first = text[at];
    if (first === '"') return string();
    if (first === "{" || first === "[") {
      if (left === 0) throw fault(`nested deeper than ${depth}`);
      at++;
      return first === "{" ? object(left - 1) : list(left - 1);
    }
    for (const [word, meaning] of LITERALS) {
      if (!text.startsWith(word, at)) continue;
      at += word.length;
      return meaning;
    }
    NUMBER.lastIndex = at;
    const digits = NUMBER.exec(text)?.[0];
    if (digits === undefined) throw fault(at < text.length ? "not JSON" : "not JSON: it ends too early");
    at += digits.length;
    return /^(?:0|-?[1-9]\d*)$/.test(digits) ? Number(digits) : { fraction: Number(digits) };
  };
  const parsed = value(depth);
  skipSpace();
  if (at < text.length) throw fault("not JSON: more text follows it");
  return parsed;
}
