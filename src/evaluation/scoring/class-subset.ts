import type { Benchmark, Protocol } from "../../data/benchmark/benchmark.ts";
import { type ClassList, classKeys, parseIndices } from "../../data/benchmark/class-list.ts";
import type { ClassSpace } from "../../data/benchmark/class-space.ts";
import { folderKeys } from "../../data/benchmark/layout.ts";
import { nearestName } from "../../foundation/closest-names.ts";
import { InputError } from "../../foundation/errors.ts";
import { sha256 } from "../../foundation/files/sha256.ts";
import type { ClassNameList } from "../classifier/class-names.ts";
import type { ClassSubsetFile, ListedClass } from "./class-subset-file.ts";

/** The classes of a benchmark in a list. */
export interface ClassSubset {
  readonly id: string;
  readonly path: string;
  /** rows of the benchmark's class list, ascending */
  readonly rows: readonly number[];
  /** SHA-256 of the classes, independent of their order and form in the file */
  readonly sha256: string;
}

const WNID = /^n\d{8}$/;
/** Maximum share of names that belong to other classes; above it, the list's ids and names do not match. */
const MAX_CONTRADICTING = 0.1;

/**
 * Finds the classes of a list in a benchmark: by the column that the list states, or else by WordNet id, folder name or
 * class name: the one that all entries match. Numbers without a stated column are refused as ambiguous.
 *
 * @param names  class names of the protocol, for entries that are names
 * @throws InputError naming the first entry that is not a class of the benchmark, or is ambiguous
 */
export function findClasses(
  file: ClassSubsetFile,
  benchmark: Benchmark,
  protocol: Protocol,
  names: ClassNameList,
): ClassSubset {
  const { classes } = benchmark;
  const byName = rowsByName(benchmark, protocol, names);
  const column = file.column ?? guessColumn(file, benchmark, byName);
  const rowsOf = column === "name" ? byName : rowsByColumn(column, file, benchmark);
  const found = new Map<number, ListedClass>();
  for (const entry of file.entries) {
    const [row, secondRow] = rowsOf.get(plain(entry.text)) ?? [];
    if (row === undefined) throw unknownClass(entry, file, benchmark, rowsOf);
    const where = `${file.path}: ${entry.place}: ${entry.text}`;
    if (secondRow !== undefined) {
      throw new InputError(
        `${where}: is the name of several classes of ${benchmark.id} (rows ${row}, ${secondRow}); list them by ${[...classes.keys.keys()].join(" or ")}`,
      );
    }
    const before = found.get(row);
    if (before !== undefined) throw new InputError(`${where}: is the same class as ${before.place}, ${before.text}`);
    found.set(row, entry);
  }
  checkNames(found, file, byName);
  const rows = [...found.keys()].sort((a, b) => a - b);
  const contents = rows.map((row) => [...classes.keys.values()].map((values) => values[row]));
  return { id: file.id, path: file.path, rows, sha256: sha256(JSON.stringify(contents)) };
}

type RowsOfText = ReadonlyMap<string, readonly number[]>;

function guessColumn({ path, entries }: ClassSubsetFile, benchmark: Benchmark, byName: RowsOfText): string {
  const { classes, layouts } = benchmark;
  const columns = [...classes.keys.keys()];
  if (entries.every(({ text }) => WNID.test(text)) && columns.includes("wnid")) return "wnid";
  if (entries.every(({ text }) => /^\d+$/.test(text))) {
    throw new InputError(
      `${path}: numbers are ambiguous: state their meaning in the first line, such as index for the class list's column ${columns.includes("index") ? "index, ImageNet's from 0 on where the classes are ImageNet's" : columns.join(", ")}`,
    );
  }
  const holdsAll = (known: RowsOfText) => entries.every(({ text }) => known.has(plain(text)));
  const folders = folderKeys(layouts).filter((column) => column !== "index");
  for (const column of folders) if (holdsAll(textRows(classes, column))) return column;
  if (holdsAll(byName)) return "name";
  // the form of most entries determines the message
  const forms = [...folders.map((column) => [column, textRows(classes, column)] as const), ["name", byName] as const];
  const count = (known: RowsOfText) => entries.filter(({ text }) => known.has(plain(text))).length;
  return (forms.sort(([, a], [, b]) => count(b) - count(a))[0] as (typeof forms)[number])[0];
}

function rowsByColumn(column: string, { path }: ClassSubsetFile, { id, classes }: Benchmark): RowsOfText {
  if (classes.keys.has(column)) return textRows(classes, column);
  throw new InputError(
    `${path}: the classes of ${id} have no ${column}; they have name, ${[...classes.keys.keys()].join(", ")}`,
  );
}

function textRows({ keys }: ClassList, column: string): RowsOfText {
  const rows = new Map<string, number[]>();
  for (const [row, text] of (keys.get(column) ?? []).entries()) {
    if (text !== "") rows.set(plain(text), [...(rows.get(plain(text)) ?? []), row]);
  }
  return rows;
}

/** Returns class name → rows of the class list for which it is right. */
function rowsByName({ classes, path }: Benchmark, { id, labels }: Protocol, { names }: ClassNameList): RowsOfText {
  const rows = new Map<string, number[]>();
  for (const [row, cell] of classKeys(classes, labels, path).entries()) {
    const texts = parseIndices(cell, `${path}: protocol ${id}: column ${labels}`).map((name) =>
      plain(names[name] ?? ""),
    );
    for (const text of new Set(texts)) rows.set(text, [...(rows.get(text) ?? []), row]);
  }
  return rows;
}

/** Normalizes a text for comparison: "007" equals 7, accents are composed, letter case is ignored. */
function plain(text: string): string {
  return /^\d{1,9}$/.test(text) ? String(Number(text)) : text.normalize("NFC").toLowerCase();
}

function unknownClass(entry: ListedClass, file: ClassSubsetFile, { id, classes }: Benchmark, known: RowsOfText) {
  const unknown = file.entries.filter(({ text }) => !known.has(plain(text)));
  const nearest = WNID.test(entry.text) ? undefined : nearestName(entry.text, [...known.keys()]);
  const meant = nearest === undefined ? "" : `; did you mean ${nearest}?`;
  const more = unknown.length > 1 ? ` (and ${unknown.length - 1} more of ${file.entries.length})` : "";
  return new InputError(
    `${file.path}: ${entry.place}: ${entry.text}${more} is not among the ${classes.size} classes of ${id}${meant}; correct it, or select the benchmarks that have it with --benchmark`,
  );
}

/** @throws InputError if the names next to WordNet ids belong to other classes */
function checkNames(found: ReadonlyMap<number, ListedClass>, { path, entries }: ClassSubsetFile, byName: RowsOfText) {
  const contradicting = [...found].filter(([row, { name }]) => {
    const rows = name === null ? undefined : byName.get(plain((name.split(",", 1)[0] as string).trim()));
    return rows !== undefined && !rows.includes(row);
  });
  const [first] = contradicting;
  if (first === undefined || contradicting.length < Math.max(2, MAX_CONTRADICTING * entries.length)) return;
  const [, { text, name, place }] = first;
  throw new InputError(
    `${path}: ${place}: ${text} is not the class ${name}, and ${contradicting.length - 1} more also differ: ids and names do not match`,
  );
}

/**
 * Restricts a protocol to the classes that are right for the images of a subset: only these compete, and images of
 * other classes are not scored.
 *
 * @throws InputError if the protocol scores no image of one of them
 */
export function restrictClassSpace(space: ClassSpace, subset: ClassSubset, where: string): ClassSpace {
  const kept = new Set<number>();
  for (const row of subset.rows) {
    const right = space.accepted[row];
    if (!right || right.length === 0) {
      throw new InputError(
        `${subset.path}: ${where} has no class for row ${row} of its class list, which is in this list`,
      );
    }
    for (const c of right) kept.add(c);
  }
  const classes = [...kept].sort((a, b) => a - b);
  const placeOf = new Map(classes.map((c, place) => [c, place]));
  const wanted = new Set(subset.rows);
  return {
    rows: classes.map((c) => space.rows[c] as Int32Array),
    accepted: space.accepted.map((right, row) =>
      wanted.has(row) ? (right as readonly number[]).map((c) => placeOf.get(c) as number) : null,
    ),
  };
}
