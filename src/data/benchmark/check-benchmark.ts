import { InputError } from "../../foundation/errors.ts";
import { pathNameProblem } from "../../foundation/files/path-name.ts";
import { makeNote, type Note } from "../../foundation/notes.ts";
import { type ClassList, classKeys } from "./class-list.ts";
import { folderKeys, type Layout } from "./layout.ts";

/** The parts of a definition that are checked together. */
interface CheckedDefinition {
  readonly id: string;
  /** the definition's file */
  readonly path: string;
  readonly classes: ClassList;
  readonly layouts: readonly Layout[];
  readonly protocols: readonly CheckedProtocol[];
}

interface CheckedProtocol {
  readonly id: string;
  readonly classes: "own" | "all" | ClassList;
  readonly rows: string;
  readonly labels: string;
}

/**
 * Checks a definition's fields against each other: ids can name folders, protocols appear once, class lists have the
 * named columns, each folder belongs to one class, and patterns are valid.
 *
 * @throws InputError naming the file, the field and what is wrong with it
 */
export function checkBenchmark({ id, path, classes, layouts, protocols }: CheckedDefinition): void {
  for (const [field, name] of [["id", id], ...protocols.map((protocol, at) => [`protocols.${at}.id`, protocol.id])]) {
    const problem = pathNameProblem(name as string);
    if (problem !== null)
      throw new InputError(`${path}: ${field}: "${name}" ${problem}; results are written to a folder of that name`);
  }
  const protocolIds = protocols.map((protocol) => protocol.id);
  const duplicate = protocolIds.find((protocolId, at) => protocolIds.indexOf(protocolId) !== at);
  if (duplicate !== undefined)
    throw new InputError(`${path}: protocols: two have the id "${duplicate}"; each needs a unique id`);
  for (const [at, layout] of layouts.entries()) {
    const where = `${path}: layouts.${at}`;
    if (layout.kind === "flat") checkPattern(layout.pattern, where);
    else if (layout.kind === "numbered-folders") {
      for (const key of layout.keys) checkFolders(classKeys(classes, key, where), key, where);
    } else if (layout.kind === "solution-file") classKeys(classes, "wnid", where);
    else if (layout.key !== undefined) {
      const keys = classKeys(classes, layout.key, where);
      if (layout.kind === "class-folders") checkFolders(keys, layout.key, where);
      else checkDistinct(keys, layout.key, where);
    }
  }
  for (const [at, protocol] of protocols.entries()) {
    classKeys(classes, protocol.labels, `${path}: protocols.${at}: labels`);
    const competing = competingClasses(protocol.classes, classes);
    if (competing !== null) classKeys(competing, protocol.rows, `${path}: protocols.${at}: rows`);
  }
}

function competingClasses(competing: CheckedProtocol["classes"], benchmarkClasses: ClassList): ClassList | null {
  if (competing === "all") return null;
  return competing === "own" ? benchmarkClasses : competing;
}

function checkPattern(pattern: string, where: string): void {
  let groups: number;
  try {
    groups = (new RegExp(`${pattern}|`).exec("")?.length ?? 0) - 1;
  } catch (cause) {
    throw new InputError(`${where}: pattern: ${(cause as Error).message}`, { cause });
  }
  if (groups < 1)
    throw new InputError(`${where}: pattern: expected a group, such as (\\d+), that matches the image's number`);
}

/** Checks names of folders. Numbers are compared as numbers: "009" equals "9". */
function checkFolders(keys: readonly string[], column: string, where: string): void {
  if (keys.every((key) => key === "")) throw new InputError(`${where}: column ${column} of the class list is empty`);
  const bad = keys.find((key) => key === "." || key === ".." || /[/\\]/.test(key));
  if (bad !== undefined) throw new InputError(`${where}: column ${column}: "${bad}" cannot be the name of a folder`);
  checkDistinct(keys, column, where);
}

function checkDistinct(keys: readonly string[], column: string, where: string): void {
  const rows = new Map<string, number>();
  for (const [row, key] of keys.entries()) {
    if (key === "") continue;
    const plain = /^\d+$/.test(key) ? String(Number(key)) : key.normalize("NFC");
    const earlierRow = rows.get(plain);
    if (earlierRow !== undefined) {
      throw new InputError(
        `${where}: column ${column} of the class list: rows ${earlierRow + 1} and ${row + 1} are both "${key}", so the class of its images would be ambiguous; name each class once`,
      );
    }
    rows.set(plain, row);
  }
}

/**
 * Notes class folders that may be intended but do not work everywhere: names that differ in letter case only are one
 * folder on some file systems.
 */
export function doubtfulBenchmark({ id, path, classes, layouts }: Omit<CheckedDefinition, "protocols">): Note[] {
  return folderKeys(layouts).flatMap((column) => {
    const keys = classKeys(classes, column, path);
    const seen = new Map<string, string>();
    for (const key of keys) {
      const earlierKey = seen.get(key.toLowerCase());
      if (earlierKey !== undefined && earlierKey !== "") {
        const text = `${path}: the class folders ${earlierKey} and ${key} differ in letter case only: on file systems that ignore case, as on macOS and Windows, they are one folder`;
        return [makeNote(text, { benchmark: id })];
      }
      seen.set(key.toLowerCase(), key);
    }
    return [];
  });
}
