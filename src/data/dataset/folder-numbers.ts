import { InputError } from "../../foundation/errors.ts";
import { count } from "../../foundation/number-text.ts";
import type { Benchmark } from "../benchmark/benchmark.ts";
import { classKeys } from "../benchmark/class-list.ts";
import { folderKeys } from "../benchmark/layout.ts";
import type { ImageEntry } from "../sources/image-entry.ts";
import { nameFew } from "./describe-aside.ts";
import { readOfficialNames } from "./official-names.ts";

/** Which column of the class list class folders are named by. */
export interface FolderNumbers {
  readonly key: string;
  /** what that rests on, a sentence without a full stop */
  readonly note: string;
}

/** Names of images in so many folders must confirm a column, or in all where there are fewer. */
const CONFIRMED_FOLDERS = 3;

/** The number that a folder's name is; undefined where it is none. */
export function folderNumber(name: string): number | undefined {
  return /^\d{1,6}$/.test(name) ? Number(name) : undefined;
}

/**
 * Decides what class folders that are named by numbers stand for. Counted from 0 or from 1, in the order of wnids or the
 * devkit's, the same names are other classes, so nothing is guessed: the images' official names must confirm a column and
 * none may contradict it. Where they say nothing, a complete set of indices is what ImageNetV2 publishes, and a single
 * column is what was said.
 *
 * @param keys    columns that may be meant; a single one is
 * @param images  labelled by the number of their folder
 * @returns null where the numbers are those of no column
 * @throws InputError where the column cannot be told, or images' names contradict it
 */
export async function decideFolderNumbers(
  benchmark: Benchmark,
  keys: readonly string[],
  images: Iterable<ImageEntry>,
  root: string,
): Promise<FolderNumbers | null> {
  const namedClass = await readOfficialNames(benchmark);
  const columns = keys.map((key) => openColumn(benchmark, key));
  const numbers = new Set<number>();
  let named = 0;
  for (const { path, label: number } of images) {
    numbers.add(number);
    const said = namedClass(path);
    if (said === null) continue;
    named++;
    for (const column of columns) {
      if (column.rowOf.get(number) === said.row) column.confirmed.add(number);
      else {
        column.contradicted++;
        column.contradiction ??= `${path}: its name says ${said.says}`;
      }
    }
  }
  const fits = ({ rowOf }: Column) => [...numbers].filter((number) => rowOf.has(number)).length;
  const enough = Math.min(CONFIRMED_FOLDERS, numbers.size);
  // folders that are none of a single column's are refused by name
  const fitting = columns.filter((column) => fits(column) >= (keys.length === 1 ? 1 : numbers.size));
  if (numbers.size === 0 || fitting.length === 0) return null;
  const possible = fitting.filter(({ contradicted }) => contradicted === 0);
  const [first, ...others] = possible.filter(({ confirmed }) => confirmed.size >= enough);
  if (first !== undefined && others.every((other) => isSame(first, other, numbers))) {
    return {
      key: first.key,
      note: `${root}: folders named by ${first.key}, as the names of ${count(named)} images confirm`,
    };
  }
  const only = keys.length === 1 ? possible[0] : undefined;
  if (only !== undefined) return { key: only.key, note: `${root}: folders named by ${only.key}, as said` };
  const index = possible.find(({ key, rowOf }) => key === "index" && rowOf.size === numbers.size);
  if (index !== undefined) {
    const range = `${Math.min(...numbers)} to ${Math.max(...numbers)}`;
    const note = `${root}: folders ${range} are read as ImageNet indices, as ImageNetV2 publishes them; no image's name confirms it`;
    return { key: index.key, note };
  }
  throw new InputError(`${root}: ${describeDoubt(benchmark, numbers, fitting, possible, named)}`);
}

interface Column {
  readonly key: string;
  /** number → row of the class list */
  readonly rowOf: ReadonlyMap<number, number>;
  /** numbers of folders that images' names confirm */
  readonly confirmed: Set<number>;
  /** images whose names contradict it, and the first */
  contradicted: number;
  contradiction: string | null;
}

function openColumn(benchmark: Benchmark, key: string): Column {
  const values = [...classKeys(benchmark.classes, key, benchmark.path).entries()];
  const rows = values.flatMap(([row, value]): [number, number][] =>
    /^\d+$/.test(value) ? [[Number(value), row]] : [],
  );
  return { key, rowOf: new Map(rows), confirmed: new Set(), contradicted: 0, contradiction: null };
}

function isSame(a: Column, b: Column, numbers: ReadonlySet<number>): boolean {
  return [...numbers].every((number) => a.rowOf.get(number) === b.rowOf.get(number));
}

function describeDoubt(
  benchmark: Benchmark,
  numbers: ReadonlySet<number>,
  fitting: readonly Column[],
  possible: readonly Column[],
  named: number,
): string {
  const folders = `its folders are named by numbers (${nameFew([...numbers].sort((a, b) => a - b).map(String))})`;
  const [nearest] = [...fitting].sort((a, b) => a.contradicted - b.contradicted);
  if (possible.length === 0 && nearest !== undefined) {
    const others = fitting.length === 1 ? "" : ", and more contradict every other column";
    return `${folders}, and as ${nearest.key} ${count(nearest.contradicted)} of ${count(named)} images lie in the folder of another class${others}: ${nearest.contradiction}`;
  }
  const keys = possible.map(({ key }) => key);
  const [name = "class"] = folderKeys(benchmark.layouts);
  const way = keys.map((key) => `--folder-names ${benchmark.id}=${key}`).join(" or ");
  return `${folders}, and a number does not say what class it is: they may be the class list's ${keys.join(" or ")}, and no image's name confirms one; say which with ${way}, or name them by ${name}`;
}
