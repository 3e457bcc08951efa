import { InputError } from "../../foundation/errors.ts";
import { parseCsv, parseWhole } from "../../foundation/files/parse-csv.ts";
import { parseOnce } from "../../foundation/files/parse-once.ts";
import { readText } from "../../foundation/files/read-text.ts";

/**
 * The classes of a benchmark in the order of their class index. `keys` contains the file's columns: `wnid`, `index`,
 * and any other column by which a layout's folders are named.
 */
export interface ClassList {
  readonly size: number;
  /** column name → the value of each class, in class order */
  readonly keys: ReadonlyMap<string, readonly string[]>;
}

/**
 * Reads a class list: a CSV file whose `index` column orders the classes. Indices are ascending and distinct; they need
 * not start at 0, because in a class subset they are ImageNet indices.
 *
 * @throws InputError if there is no `index` column or the indices are not whole, ascending and distinct
 */
export async function readClassList(path: string): Promise<ClassList> {
  return parseClassList(await readText(path), path);
}

/** Parsed once each: benchmarks share lists, and a run reads every benchmark that ships to distinguish them. */
const parseClassList = parseOnce((text, path): ClassList => {
  const rows = parseCsv(text, path, ["index"]);
  let previous = -1;
  for (const row of rows) {
    const index = parseWhole(row.index);
    if (index === null || index <= previous) {
      throw new InputError(
        `${path}: index: expected whole ascending numbers from 0 on, got "${row.index}" after ${previous}`,
      );
    }
    previous = index;
  }
  const columns = Object.keys(rows[0] as Record<string, string>);
  const keys = new Map(columns.map((column) => [column, rows.map((row) => row[column] as string)]));
  return { size: rows.length, keys };
});

/**
 * Returns the values of one column for all classes. In addition to the file's columns there are `row`, the position in
 * the list from 0 on, and for each column of numbers that counts from 0, `<column>+1`, which counts from 1: `index+1`,
 * `row+1`.
 *
 * @throws InputError if the list has no such column
 */
export function classKeys(list: ClassList, column: string, where: string): readonly string[] {
  const values = list.keys.get(column) ?? derivedKeys(list, column);
  if (values === undefined) {
    throw new InputError(
      `${where}: the class list has no column "${column}"; it has ${[...list.keys.keys()].join(", ")}`,
    );
  }
  return values;
}

function derivedKeys({ keys, size }: ClassList, column: string): readonly string[] | undefined {
  if (column === "row") return Array.from({ length: size }, (_, row) => String(row));
  if (column === "row+1") return Array.from({ length: size }, (_, row) => String(row + 1));
  const values = column.endsWith("+1") ? keys.get(column.slice(0, -2)) : undefined;
  if (!values?.every((value) => /^\d*$/.test(value))) return undefined;
  return values.map((value) => (value === "" ? "" : String(Number(value) + 1)));
}

/**
 * Parses the numbers of a cell that may contain several, "409;530"; an empty cell has none. @throws InputError for
 * other text
 */
export function parseIndices(cell: string, where: string): number[] {
  if (cell === "") return [];
  return cell.split(";").map((part) => {
    if (!/^\d+$/.test(part)) throw new InputError(`${where}: expected numbers separated by ";", got "${cell}"`);
    return Number(part);
  });
}
