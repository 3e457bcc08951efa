import type { Benchmark, Protocol } from "../../data/benchmark/benchmark.ts";
import { classKeys, parseIndices } from "../../data/benchmark/class-list.ts";
import { folderKeys } from "../../data/benchmark/layout.ts";
import { InputError } from "../../foundation/errors.ts";
import { makeNote, type Note } from "../../foundation/notes.ts";
import { type ClassNameList, readClassNames, reorderClassNames } from "../classifier/class-names.ts";
import { checkNamesAgainstDefault, checkNamesAgainstFolders } from "./contradicting-names.ts";

/** Class names in the order of a protocol's classes, with notes. */
export interface MatchedClassNames {
  readonly list: ClassNameList;
  readonly notes: readonly Note[];
}

/** Reads the default class names of a protocol. @throws InputError as `matchClassNames` */
export async function readProtocolClassNames(benchmark: Benchmark, protocol: Protocol): Promise<MatchedClassNames> {
  return matchClassNames(await readClassNames(protocol.classNames), benchmark, protocol, null);
}

/**
 * Matches class names to a protocol's classes by common columns: `wnid`, and the columns that contain folder names. If
 * such a column has all classes in another order, it determines the order instead of `index`.
 *
 * @param defaultNames the protocol's default list, of the same length; null if `list` is that list
 * @throws InputError naming the first row that contradicts the classes, or if names and folders are exchanged
 */
export function matchClassNames(
  list: ClassNameList,
  benchmark: Benchmark,
  protocol: Protocol,
  defaultNames: ClassNameList | null,
): MatchedClassNames {
  const notes: Note[] = [...list.notes];
  let matched = list;
  if (list.order === "wnid" && !hasOrder(list, benchmark, protocol, defaultNames)) {
    throw new InputError(
      `${list.path}: has only WordNet ids to order it, which do not determine the classes of ${benchmark.id}, protocol ${protocol.id}; write the names in the order of the classes, one per line`,
    );
  }
  for (const column of keyColumns(benchmark)) {
    const cells = matched.columns.get(column);
    if (cells === undefined) continue;
    const expected = expectedKeys(column, benchmark, protocol, defaultNames, cells.length);
    const first = cells.findIndex((cell, row) => contradicts(cell, expected[row]));
    if (first === -1) continue;
    const what = `index ${first} (${matched.names[first]}) has the ${column} ${cells[first]}, but that class is ${expected[first]}`;
    const place = placesOf(cells, expected);
    if (place === null) {
      throw new InputError(
        `${list.path}: ${what} in ${benchmark.id}; give each name the index of its class, or leave the column ${column} out`,
      );
    }
    matched = reorderClassNames(matched, place);
    const about = { benchmark: benchmark.id, classNames: list.id };
    if (list.order === "wnid") continue; // the list has no other order
    notes.push(makeNote(`${list.path}: ordered by its column ${column}, not by index: ${what}`, about));
  }
  notes.push(...checkNamesAgainstFolders(matched, benchmark, protocol));
  if (defaultNames !== null) checkNamesAgainstDefault(matched, defaultNames);
  return { list: matched, notes };
}

/** Whether every class of a list ordered by WordNet id is known to have its id, in any order. */
function hasOrder(
  list: ClassNameList,
  benchmark: Benchmark,
  protocol: Protocol,
  defaultNames: ClassNameList | null,
): boolean {
  const cells = list.columns.get("wnid") ?? [];
  return !expectedKeys("wnid", benchmark, protocol, defaultNames, cells.length).includes(undefined);
}

/** Columns that identify a class in any file: those of folder names, and WordNet ids. */
function keyColumns({ layouts }: Benchmark): Set<string> {
  return new Set(["wnid", ...folderKeys(layouts)]);
}

/**
 * Returns a column's value per class name, from the protocol's default list or the class list; undefined if unknown.
 */
function expectedKeys(
  column: string,
  { classes, path }: Benchmark,
  { id, labels }: Protocol,
  defaultNames: ClassNameList | null,
  size: number,
): (string | undefined)[] {
  const expected = Array.from({ length: size }, (_, row) => defaultNames?.columns.get(column)?.[row] || undefined);
  const keys = classes.keys.get(column);
  if (keys === undefined) return expected;
  const ofClasses = new Map<number, string | null>(); // null if several classes have this name
  for (const [at, cell] of classKeys(classes, labels, path).entries()) {
    const rows = parseIndices(cell, `${path}: protocol ${id}: column ${labels}`);
    const [row] = rows;
    if (row === undefined || rows.length > 1) continue;
    ofClasses.set(row, ofClasses.has(row) && ofClasses.get(row) !== keys[at] ? null : (keys[at] as string));
  }
  return expected.map((known, row) => known ?? (ofClasses.get(row) || undefined));
}

function contradicts(cell: string, expected: string | undefined): boolean {
  return cell !== "" && expected !== undefined && cell !== expected;
}

/** Returns row → its target row; null unless the cells are a permutation of the expected ones. */
function placesOf(cells: readonly string[], expected: readonly (string | undefined)[]): number[] | null {
  const rowOf = new Map(expected.map((key, row) => [key, row]));
  if (rowOf.has(undefined) || rowOf.size !== expected.length) return null;
  const places = cells.map((cell) => rowOf.get(cell) ?? -1);
  return places.includes(-1) || new Set(places).size !== places.length ? null : places;
}
