import type { Command, Option } from "commander";
import { type Document, isMap, isPair, isScalar, isSeq, type Node, parseDocument } from "yaml";
import { nearestName } from "../../foundation/closest-names.ts";
import { InputError } from "../../foundation/errors.ts";
import { readText } from "../../foundation/files/read-text.ts";
import { claims, columns, pairs, protocolChoices, protocols, texts, values } from "./option-values.ts";

/** Maximum size of an options file in bytes; one with a thousand checkpoints has 100 kB. */
const MAX_BYTES = 1_000_000;
/** Maximum number of values per option: parsing appends each to all before it, which takes quadratic time. */
const MAX_VALUES = 10_000;
/** Options about the program itself, which a file cannot contain. */
const NOT_IN_FILES = ["--config", "--help"];

/** Parsers of repeatable options, and of options with NAME=VALUE values. */
const GATHERING: readonly unknown[] = [values, columns, texts, pairs, claims, protocolChoices, protocols];
const PAIRS: readonly unknown[] = [columns, pairs, claims, protocolChoices, protocols];

/**
 * Combines a `--config` file with a command line: options of the file that the command line does not have are put
 * before its words. An option on the command line replaces all of the file's values for it, and arguments replace those
 * of the file.
 *
 * @param words   arguments after the program's name
 * @param program command tree used only for this parse
 * @returns the words unchanged if no file is named
 * @throws InputError naming the file, and for an unknown key the nearest option
 */
export async function withConfigFile(words: readonly string[], program: Command): Promise<readonly string[]> {
  const { command, depth } = findCommand(words, program);
  const after = words.slice(depth);
  const { operands } = command.parseOptions([...after]);
  const file = command.getOptionValue("config") as string | undefined;
  if (command === program || file === undefined) return words;
  const isGiven = (option: Option) => command.getOptionValueSource(option.attributeName()) === "cli";
  const [argument] = command.registeredArguments;
  const fromFile: string[] = [];
  const operandsFromFile: string[] = [];
  for (const { key, node } of await readEntries(file)) {
    const option = command.options.find(({ long }) => long === `--${key}` && !NOT_IN_FILES.includes(long));
    const isArgument = argument !== undefined && [argument.name(), `${argument.name()}s`].includes(key);
    if (option !== undefined) {
      // `results` is both an argument and an option; arguments on the command line replace both
      const isReplaced = isGiven(option) || (isArgument && operands.length > 0);
      if (!isReplaced) fromFile.push(...optionWords(option, node, `${file}: ${key}`));
    } else if (isArgument) {
      operandsFromFile.push(...itemTexts(node, argument.variadic, `${file}: ${key}`));
    } else throw unknownKey(file, key, command);
  }
  const line = [...words.slice(0, depth), ...fromFile, ...after];
  if (operands.length > 0 || operandsFromFile.length === 0) return line;
  return [...line, ...(after.includes("--") ? [] : ["--"]), ...operandsFromFile];
}

/** Finds the command that the first words name, and the number of these words. */
function findCommand(words: readonly string[], program: Command): { command: Command; depth: number } {
  let command = program;
  let depth = 0;
  for (;;) {
    const next = command.commands.find((below) => below.name() === words[depth]);
    if (next === undefined) return { command, depth };
    command = next;
    depth++;
  }
}

interface Entry {
  readonly key: string;
  readonly node: Node | null;
}

/** Reads the keys and values of a file, in its order. */
async function readEntries(path: string): Promise<Entry[]> {
  const text = await readText(path, MAX_BYTES);
  // "failsafe" keeps every scalar as text, so 007 does not become 7 or "no" false. JSON is valid YAML
  const document = parse(text, path);
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) throw new InputError(`${path}: ${problem.message.split("\n", 1)[0]?.replace(/:$/, "")}`);
  if (!isMap(document.contents))
    throw new InputError(`${path}: expected options as "name: value" lines or a JSON object`);
  const entries = document.contents.items.map(({ key, value }) => {
    if (!isScalar(key)) throw new InputError(`${path}: expected the name of an option before each ":"`);
    return { key: String(key.value), node: value as Node | null };
  });
  checkOnce(
    entries.map(({ key }) => key),
    path,
  );
  return entries;
}

/** Checks for duplicate keys in linear time; the parser's check is quadratic. @throws InputError for a duplicate */
function checkOnce(keys: readonly string[], where: string): void {
  const seen = new Set<string>();
  for (const key of keys) {
    if (seen.has(key)) throw new InputError(`${where}: ${key} appears twice`);
    seen.add(key);
  }
}

function parse(text: string, path: string): Document {
  try {
    return parseDocument(text, { schema: "failsafe", uniqueKeys: false, prettyErrors: true, logLevel: "error" });
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new InputError(`${path}: nesting is too deep`, { cause });
  }
}

/** Converts an option to command-line words. @throws InputError for an invalid value */
function optionWords(option: Option, node: Node | null, where: string): string[] {
  const { long, parseArg } = option;
  if (!option.required && !option.optional) {
    const [flag] = itemTexts(node, false, where);
    if (flag === "true") return [String(long)];
    if (flag === "false") return [];
    throw new InputError(`${where}: expected true or false, got ${flag}`);
  }
  const gathers = GATHERING.includes(parseArg);
  const texts = isMap(node) && PAIRS.includes(parseArg) ? pairTexts(node, where) : itemTexts(node, gathers, where);
  if (texts.length > MAX_VALUES) throw new InputError(`${where}: more than ${MAX_VALUES} values`);
  for (const text of texts) {
    try {
      parseArg?.(text, undefined);
    } catch (cause) {
      throw new InputError(`${where}: ${text}: ${(cause as Error).message}`, { cause });
    }
  }
  return texts.map((text) => `${long}=${text}`);
}

/** Returns the texts of a value or a list of values. */
function itemTexts(node: unknown, several: boolean, where: string): string[] {
  if (isSeq(node) && several) return node.items.flatMap((item) => itemTexts(item, false, where));
  if (isScalar(node) && node.value !== "" && node.value !== null) return [String(node.value)];
  throw new InputError(`${where}: expected a value${several ? " or a list of values" : ""}`);
}

function pairTexts(node: { readonly items: readonly unknown[] }, where: string): string[] {
  const entries = node.items.map((item) => {
    const [key = ""] = isPair(item) ? itemTexts(item.key, false, where) : [];
    const [value = ""] = isPair(item) ? itemTexts(item.value, false, where) : [];
    return { key, value };
  });
  checkOnce(
    entries.map(({ key }) => key),
    where,
  );
  return entries.map(({ key, value }) => `${key}=${value}`);
}

function unknownKey(file: string, key: string, command: Command): InputError {
  const names = command.options.flatMap(({ long }) =>
    NOT_IN_FILES.includes(String(long)) ? [] : [String(long).slice(2)],
  );
  const known = [...names, ...command.registeredArguments.map((argument) => argument.name())];
  const nearest = nearestName(key.replaceAll("_", "-"), known);
  const meant = nearest === undefined ? `known: ${known.join(", ")}` : `did you mean ${nearest}?`;
  return new InputError(`${file}: ${command.name()} has no option ${key}; ${meant}`);
}
