import { InputError } from "../../foundation/errors.ts";
import { pathNameProblem } from "../../foundation/files/path-name.ts";
import { makeNote, type Note } from "../../foundation/notes.ts";
import { type ClassList, classKeys } from "./class-list.ts";
import { folderKeys, type Layout } from "./layout.ts";

/** What is checked of a definition that was read. */
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
 * Checks what a definition's fields say together: ids that name folders, protocols that are there once, columns that the
 * class lists have, folders that are of one class each, patterns that can be read.
 *
 * @throws InputError naming the file, the field and what is wrong with it
 */
export function checkBenchmark({ id, path, classes, layouts, protocols }: CheckedDefinition): void {
  for (const [field, name] of [["id", id], ...protocols.map((protocol, at) => [`protocols.${at}.id`, protocol.id])]) {
    const problem = pathNameProblem(name as string);
    if (problem !== null)
      throw new InputError(`${path}: ${field}: "${name}" ${problem}; results lie in a folder of that name`);
  }
  const ids = protocols.map((protocol) => protocol.id);
  const twice = ids.find((one, at) => ids.indexOf(one) !== at);
  if (twice !== undefined)
    throw new InputError(`${path}: protocols: two are called "${twice}"; each needs an id of its own`);
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

function competingClasses(competing: CheckedProtocol["classes"], own: ClassList): ClassList | null {
  if (competing === "all") return null;
  return competing === "own" ? own : competing;
}

function checkPattern(pattern: string, where: string): void {
  let groups: number;
  try {
    groups = (new RegExp(`${pattern}|`).exec("")?.length ?? 0) - 1;
  } catch (cause) {
    throw new InputError(`${where}: pattern: ${(cause as Error).message}`, { cause });
  }
  if (groups < 1)
    throw new InputError(`${where}: pattern: expected a group in it, (\\d+), which is the image's number`);
}

/** Folders that are numbers are read as numbers: "009" and "9" are one. */
function checkFolders(keys: readonly string[], column: string, where: string): void {
  if (keys.every((key) => key === "")) throw new InputError(`${where}: column ${column} of the class list is empty`);
  const bad = keys.find((key) => key === "." || key === ".." || /[/\\]/.test(key));
  if (bad !== undefined) throw new InputError(`${where}: column ${column}: "${bad}" is no folder's name`);
  checkDistinct(keys, column, where);
}

function checkDistinct(keys: readonly string[], column: string, where: string): void {
  const rows = new Map<string, number>();
  for (const [row, key] of keys.entries()) {
    if (key === "") continue;
    const plain = /^\d+$/.test(key) ? String(Number(key)) : key.normalize("NFC");
    const other = rows.get(plain);
    if (other !== undefined) {
      throw new InputError(
        `${where}: column ${column} of the class list: rows ${other + 1} and ${row + 1} are both "${key}", so its images would be of one of the two classes; name each class once`,
      );
    }
    rows.set(plain, row);
  }
}

/** What may be meant, but not everywhere: folders that differ in letter case only are one on some file systems. */
export function doubtfulBenchmark({ id, path, classes, layouts }: Omit<CheckedDefinition, "protocols">): Note[] {
  return folderKeys(layouts).flatMap((column) => {
    const keys = classKeys(classes, column, path);
    const seen = new Map<string, string>();
    for (const key of keys) {
      const other = seen.get(key.toLowerCase());
      if (other !== undefined && other !== "") {
        const text = `${path}: the class folders ${other} and ${key} differ in letter case only: where that does not count, as on macOS and Windows, they are one folder`;
        return [makeNote(text, { benchmark: id })];
      }
      seen.set(key.toLowerCase(), key);
    }
    return [];
  });
}
