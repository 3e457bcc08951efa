import type { Benchmark, Protocol } from "../../data/benchmark/benchmark.ts";
import { classKeys, parseIndices } from "../../data/benchmark/class-list.ts";
import { folderKeys } from "../../data/benchmark/layout.ts";
import { InputError } from "../../foundation/errors.ts";
import { makeWarning, type Note } from "../../foundation/notes.ts";
import type { ClassNameList } from "../classifier/class-names.ts";

/** Columns of a class list that say what a class is, beside those that folders are named by. */
const NAME_COLUMNS = ["name", "class", "class_name", "classname", "label"];
/** Rows named in a message. */
const NAMED = 3;

/** What a class is called elsewhere, and the rows of the class names that are right for it. */
interface Reference {
  readonly text: string;
  readonly rows: readonly number[];
}

/** A class that is called there what here is the name of another. */
interface Contradiction {
  readonly text: string;
  readonly row: number;
  readonly others: readonly number[];
}

/**
 * Compares class names with the folders of the classes, and with names that the class list has: where a folder is called
 * as another class is named, names and classes are likely exchanged. Folders that are ids or numbers say nothing.
 *
 * @returns warnings of single classes
 * @throws InputError if classes are exchanged with each other, or most of them contradict
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
 * The same against the names that a list takes the place of, by index. Single names may well be another's there: that a
 * crane is a bird in one list and a machine in another is no mistake.
 *
 * @throws InputError if classes are exchanged with each other, or most of them contradict
 */
export function checkNamesAgainstOwn(list: ClassNameList, own: ClassNameList): void {
  const references = own.names.map((text, row) => ({ text, rows: [row] }));
  const { found, comparable } = contradictions(references, list.names);
  if (!isExchanged(found, comparable, references.length)) return;
  throw new InputError(
    `${list.path}: ${describe(found, list.names, `the class that ${own.id} calls`)}; put the names in the order of ${own.id}, or add the column wnid where both are ImageNet's`,
  );
}

function contradictions(references: readonly Reference[], names: readonly string[]) {
  const telling = references
    .map(({ text, rows }) => ({ text, rows, plain: plainText(text) }))
    .filter(({ plain }) => plain !== "");
  if (telling.length === 0) return { found: [], comparable: 0 };
  const rowsOf = new Map<string, number[]>();
  for (const [row, name] of names.entries()) {
    const text = plainText(name);
    rowsOf.set(text, [...(rowsOf.get(text) ?? []), row]);
  }
  const found: Contradiction[] = [];
  let comparable = 0;
  for (const { text, rows, plain } of telling) {
    const named = rowsOf.get(plain);
    const [row] = rows;
    if (named === undefined || row === undefined) continue;
    comparable++;
    if (!named.some((one) => rows.includes(one))) found.push({ text, row, others: named });
  }
  return { found, comparable };
}

/** Share of all classes that must contradict: in another language, a few names are those of other classes by chance. */
const MIN_SHARE = 0.25;

/** Whether classes have each other's names, or most have another's: no single odd name does that. */
function isExchanged(found: readonly Contradiction[], comparable: number, classes: number): boolean {
  if (found.length >= 2 && 2 * found.length >= comparable && found.length >= MIN_SHARE * classes) return true;
  let left = [...found];
  for (;;) {
    const rows = new Set(left.map(({ row }) => row));
    const linked = left.filter(({ others }) => others.some((other) => rows.has(other)));
    if (linked.length === left.length) return left.length > 0;
    left = linked;
  }
}

function describe(found: readonly Contradiction[], names: readonly string[], who: string): string {
  const some = found
    .slice(0, NAMED)
    .map(
      ({ text, row, others }) =>
        `${who} "${text}" is named "${names[row]}" (index ${row}), and "${names[others[0] as number]}" is the name of index ${others[0]}`,
    );
  const more = found.length > NAMED ? `, and ${found.length - NAMED} more such classes` : "";
  return `names and classes contradict each other: ${some.join("; ")}${more}`;
}

/** A name without what folders and lists do to it: letter case, underscores, a WordNet id or number before it. */
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
