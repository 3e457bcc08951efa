import type { Benchmark, Protocol } from "../../data/benchmark/benchmark.ts";
import { classKeys, parseIndices } from "../../data/benchmark/class-list.ts";
import { folderKeys } from "../../data/benchmark/layout.ts";
import { InputError } from "../../foundation/errors.ts";
import { makeWarning, type Note } from "../../foundation/notes.ts";
import type { ClassNameList } from "../classifier/class-names.ts";

/** Columns of a class list that identify a class, in addition to those with folder names. */
const NAME_COLUMNS = ["name", "class", "class_name", "classname", "label"];
/** Maximum number of rows listed in a message. */
const NAMED = 3;

/** A name of a class from another source, and the rows of the class names that are right for it. */
interface Reference {
  readonly text: string;
  readonly rows: readonly number[];
}

/** A class whose name in the other source is the name of a different class here. */
interface Contradiction {
  readonly text: string;
  readonly row: number;
  readonly namedRows: readonly number[];
}

/**
 * Compares class names with the names of class folders and names in the class list. If a folder has the name of a
 * different class, names and classes are probably exchanged. Folders named by ids or numbers are ignored.
 *
 * @returns warnings about single classes
 * @throws InputError if classes are exchanged, or most of them contradict
 */
export function checkNamesAgainstFolders(list: ClassNameList, benchmark: Benchmark, protocol: Protocol): Note[] {
  const { classes, layouts, path } = benchmark;
  const where = `${path}: protocol ${protocol.id}: column ${protocol.labels}`;
  const rows = classKeys(classes, protocol.labels, path).map((cell) => parseIndices(cell, where));
  const folders = folderKeys(layouts);
  const notes: Note[] = [];
  for (const column of new Set([...folders, ...NAME_COLUMNS])) {
    const keys = classes.keys.get(column);
    if (keys === undefined || column === "index") continue;
    const references = keys.map((text, at) => ({ text, rows: rows[at] as number[] }));
    const { found, comparable } = contradictions(references, list.names);
    if (found.length === 0) continue;
    const text = `${list.path}: ${describe(found, list.names, `the class whose ${column} is`)} (of ${benchmark.id})`;
    if (isExchanged(found, comparable, references.length))
      throw new InputError(`${text}; put the names in the order of the class list`);
    notes.push(makeWarning(text, { benchmark: benchmark.id, classNames: list.id }));
  }
  return notes;
}

/**
 * Compares class names by index with the protocol's default names. Single names may legitimately belong to another
 * class: a crane is a bird in one list and a machine in another.
 *
 * @throws InputError if classes are exchanged, or most of them contradict
 */
export function checkNamesAgainstDefault(list: ClassNameList, defaultNames: ClassNameList): void {
  const references = defaultNames.names.map((text, row) => ({ text, rows: [row] }));
  const { found, comparable } = contradictions(references, list.names);
  if (!isExchanged(found, comparable, references.length)) return;
  throw new InputError(
    `${list.path}: ${describe(found, list.names, `the class that ${defaultNames.id} calls`)}; put the names in the order of ${defaultNames.id}, or add the column wnid if both are ImageNet's`,
  );
}

function contradictions(references: readonly Reference[], names: readonly string[]) {
  const distinctive = references
    .map(({ text, rows }) => ({ text, rows, plain: plainText(text) }))
    .filter(({ plain }) => plain !== "");
  if (distinctive.length === 0) return { found: [], comparable: 0 };
  const rowsOf = new Map<string, number[]>();
  for (const [row, name] of names.entries()) {
    const text = plainText(name);
    rowsOf.set(text, [...(rowsOf.get(text) ?? []), row]);
  }
  const found: Contradiction[] = [];
  let comparable = 0;
  for (const { text, rows, plain } of distinctive) {
    const named = rowsOf.get(plain);
    const [row] = rows;
    if (named === undefined || row === undefined) continue;
    comparable++;
    if (!named.some((namedRow) => rows.includes(namedRow))) found.push({ text, row, namedRows: named });
  }
  return { found, comparable };
}

/** Minimum share of classes that contradict; across languages, a few names coincide with those of other classes. */
const MIN_SHARE = 0.25;

/** Whether classes have each other's names, or most have another class's; a single odd name is not enough. */
function isExchanged(found: readonly Contradiction[], comparable: number, classes: number): boolean {
  if (found.length >= 2 && 2 * found.length >= comparable && found.length >= MIN_SHARE * classes) return true;
  let left = [...found];
  for (;;) {
    const rows = new Set(left.map(({ row }) => row));
    const linked = left.filter(({ namedRows }) => namedRows.some((namedRow) => rows.has(namedRow)));
    if (linked.length === left.length) return left.length > 0;
    left = linked;
  }
}

function describe(found: readonly Contradiction[], names: readonly string[], who: string): string {
  const some = found
    .slice(0, NAMED)
    .map(
      ({ text, row, namedRows }) =>
        `${who} "${text}" is named "${names[row]}" (index ${row}), and "${names[namedRows[0] as number]}" is the name of index ${namedRows[0]}`,
    );
  const more = found.length > NAMED ? `, and ${found.length - NAMED} more such classes` : "";
  return `names and classes contradict each other: ${some.join("; ")}${more}`;
}

/** Normalizes a name for comparison: ignores letter case, underscores, and a leading WordNet id or number. */
function plainText(text: string): string {
  const plain = text
    .normalize("NFC")
    .toLowerCase()
    .replace(/^n\d{8}(?:[-_. ]+|$)/, "")
    .replace(/^\d+[-_. ]+/, "")
    .replaceAll(/[-_.,/\s]+/g, " ")
    .trim();
  return /^\d*$/.test(plain) ? "" : plain;
}
