import { InputError } from "../errors.ts";
import { parseJsonText } from "./parse-json.ts";

/**
 * A value of JSON or of a Python literal. Objects and dictionaries are ordered maps; keys that are numbers are in
 * decimal.
 */
export type Literal = string | number | boolean | null | readonly Literal[] | LiteralMap;
export type LiteralMap = ReadonlyMap<string, Literal>;

/** Maximum nesting: lists of names, prompts and labels need three levels. */
const MAX_DEPTH = 16;
const SPACE = { json: /\s*/y, python: /(?:\s|#[^\n]*)*/y };
const JSON_STRING = /"(?:[^"\\\n]|\\.)*"/y;
const PYTHON_STRING = /([a-zA-Z]*)("""|'''|"((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)*)')/y;
const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/y;
const WORD = /[A-Za-z_]\w*/y;
const WORDS: ReadonlyMap<string, Literal> = new Map([
  ...([
    ["true", true],
    ["false", false],
    ["null", null],
  ] as const),
  ...([
    ["True", true],
    ["False", false],
    ["None", null],
  ] as const),
]);
/** The start of a pasted list: `imagenet_classes = ` */
const ASSIGNMENT = /[A-Za-z_][\w.]*\s*(?::[^=\n]*)?=\s*/y;
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ...([
    ["n", "\n"],
    ["t", "\t"],
    ["r", "\r"],
  ] as const),
  ...(["\\", "'", '"'] as const).map((same) => [same, same] as const),
]);

/**
 * Parses a file that contains one value: JSON, or a Python list, tuple or dictionary, optionally after a name and "="
 * and with comments. Nothing in it is executed. Two things that Python or `JSON.parse` would accept silently are
 * refused: a duplicate key, and two strings without a comma between them, which Python joins.
 *
 * @throws InputError naming the line and what was expected there
 */
export function parseLiteral(text: string, where: string, dialect: "json" | "python"): Literal {
  let at = 0;
  const refuse = (problem: string): InputError => {
    const line = text.slice(0, at).split("\n").length;
    return new InputError(`${where}: line ${line}: ${problem}`);
  };
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found !== null) at = pattern.lastIndex;
    return found;
  };
  const skip = () => match(SPACE[dialect]);
  const found = () => (at >= text.length ? "the end of the file" : JSON.stringify(text.slice(at, at + 20)));

  const string = (): string | null => {
    if (dialect === "json") {
      const raw = match(JSON_STRING)?.[0];
      if (raw === undefined) return null;
      try {
        return JSON.parse(raw);
      } catch {
        throw refuse("a string with a control character, or an escape that JSON does not have");
      }
    }
    const begin = at;
    const [, prefix = "", quoted = "", double, single] = match(PYTHON_STRING) ?? [];
    const content = double ?? single;
    if (content === undefined) {
      at = begin;
      if (quoted !== "") throw refuse("a string in triple quotes; use single or double quotes");
      return null;
    }
    if (!/^[uU]?$/.test(prefix)) throw refuse(`a string with the prefix "${prefix}"; write the text itself`);
    const value = content.replaceAll(/\\(u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.)/g, (sequence, rest: string) => {
      if (rest.length > 1) return String.fromCharCode(Number.parseInt(rest.slice(1), 16));
      const known = ESCAPES.get(rest);
      if (known === undefined) throw refuse(`the escape ${sequence}; write the character itself`);
      return known;
    });
    const end = at;
    skip();
    if (/["']/.test(text.charAt(at))) throw refuse("two strings without a comma between them, which Python joins");
    at = end;
    return value;
  };

  const items = (close: string, depth: number): { readonly values: Literal[]; readonly commas: number } => {
    const values: Literal[] = [];
    let commas = 0;
    for (;;) {
      skip();
      if (text[at] === close) break;
      if (values.length > commas) throw refuse(`expected a comma or ${close}, found ${found()}`);
      values.push(value(depth + 1));
      skip();
      if (text[at] === ",") {
        at++;
        commas++;
      }
    }
    if (dialect === "json" && commas > 0 && commas === values.length) throw refuse("a comma after the last value");
    at++;
    return { values, commas };
  };

  const map = (depth: number): LiteralMap => {
    const entries = new Map<string, Literal>();
    for (let isFirst = true; ; isFirst = false) {
      skip();
      if (text[at] === "}") break;
      if (!isFirst) {
        if (text[at] !== ",") throw refuse(`expected a comma or }, found ${found()}`);
        at++;
        skip();
        if (text[at] === "}" && dialect === "python") break;
      }
      const key = string() ?? (dialect === "python" ? match(NUMBER)?.[0] : undefined);
      if (key === undefined) throw refuse(`expected a key, found ${found()}`);
      skip();
      if (dialect === "python" && /[,}]/.test(text.charAt(at))) throw refuse("a set, which has no order; write a list");
      if (text[at] !== ":") throw refuse(`expected ":" after the key "${key}", found ${found()}`);
      at++;
      if (entries.has(key)) throw refuse(`the key "${key}" appears twice`);
      entries.set(key, value(depth + 1));
    }
    at++;
    return entries;
  };

  const value = (depth: number): Literal => {
    if (depth > MAX_DEPTH) throw refuse("nesting is too deep");
    skip();
    const opening = text[at];
    if (opening === "[") {
      at++;
      return items("]", depth).values;
    }
    if (opening === "{") {
      at++;
      return map(depth);
    }
    if (opening === "(" && dialect === "python") {
      at++;
      const { values, commas } = items(")", depth);
      return commas === 0 && values.length === 1 ? (values[0] as Literal) : values;
    }
    const quoted = string();
    if (quoted !== null) return quoted;
    const number = match(NUMBER)?.[0];
    if (number !== undefined) return Number(number);
    const begin = at;
    const word = WORDS.get(match(WORD)?.[0] ?? "");
    if (word !== undefined) return word;
    at = begin;
    throw refuse(`expected a value, found ${found()}`);
  };

  if (dialect === "json") parseJsonText(text, where); // report errors in words
  skip();
  if (dialect === "python") match(ASSIGNMENT);
  const whole = value(0);
  skip();
  if (dialect === "python") match(/;?/y);
  skip();
  if (at < text.length) throw refuse(`expected one value in the file, found more: ${found()}`);
  return whole;
}

/** Whether a text begins like a list or dictionary in code, optionally after a name and "=". */
export function looksLikeLiteral(text: string): boolean {
  return /^\s*(?:#[^\n]*\n\s*)*(?:[A-Za-z_][\w.]*\s*=\s*)?[[({]\s*(?:#[^\n]*\n\s*)*[[({"'\d]/.test(text);
}

/** Returns a value as a list of texts, or null. */
export function textsOf(value: Literal | undefined): readonly string[] | null {
  return Array.isArray(value) && value.every((item) => typeof item === "string") ? value : null;
}

/** Returns a value as a map, or null. */
export function mapOf(value: Literal | undefined): LiteralMap | null {
  return value instanceof Map ? value : null;
}
