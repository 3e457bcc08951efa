import { InputError } from "../../foundation/errors.ts";
import { count } from "../../foundation/number-text.ts";
import type { Benchmark } from "../benchmark/benchmark.ts";
import { classKeys } from "../benchmark/class-list.ts";
import { folderKeys } from "../benchmark/layout.ts";
import type { ImageEntry } from "../sources/image-entry.ts";
import { nameFew } from "./describe-aside.ts";
import { readOfficialNames } from "./official-names.ts";

/** The column of the class list by which class folders are named. */
export interface FolderNumbers {
  readonly key: string;
  /** the reason, as a sentence without a full stop */
  readonly note: string;
}

/** Minimum number of folders whose image names must confirm a column; all folders where there are fewer. */
const CONFIRMED_FOLDERS = 3;

/** Returns the number that a folder's name is; undefined for other names. */
export function folderNumber(name: string): number | undefined {
  return /^\d{1,6}$/.test(name) ? Number(name) : undefined;
}

/**
 * Decides which classes numbered folders represent. Whether numbers count from 0 or from 1, in the order of wnids or of
 * the devkit, the names look the same, so nothing is guessed: the images' official names must confirm a column, and
 * none may contradict it. Where the names give no information, a complete set of indices is read as ImageNetV2
 * publishes it, and a single given column is used as stated.
 *
 * @param keys    possible columns; a single column is the stated one
 * @param images  labeled by the number of their folder
 * @returns null where the numbers match no column
 * @throws InputError where the column is ambiguous, or images' names contradict it
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
    const imageClass = namedClass(path);
    if (imageClass === null) continue;
    named++;
    for (const column of columns) {
      if (column.rowOf.get(number) === imageClass.row) column.confirmed.add(number);
      else {
        column.contradicted++;
        column.contradiction ??= `${path}: its name contains ${imageClass.description}`;
      }
    }
  }
  const fits = ({ rowOf }: Column) => [...numbers].filter((number) => rowOf.has(number)).length;
  const enough = Math.min(CONFIRMED_FOLDERS, numbers.size);
  // folders that are not in a single column are refused by name
  const fitting = columns.filter((column) => fits(column) >= (keys.length === 1 ? 1 : numbers.size));
  if (numbers.size === 0 || fitting.length === 0) return null;
  const possible = fitting.filter(({ contradicted }) => contradicted === 0);
  const [first, ...otherColumns] = possible.filter(({ confirmed }) => confirmed.size >= enough);
  if (first !== undefined && otherColumns.every((column) => isSame(first, column, numbers))) {
    return {
      key: first.key,
      note: `${root}: folders named by ${first.key}, as the names of ${count(named)} images confirm`,
    };
  }
  const only = keys.length === 1 ? possible[0] : undefined;
  if (only !== undefined) return { key: only.key, note: `${root}: folders named by ${only.key}, as stated` };
  const index = possible.find(({ key, rowOf }) => key === "index" && rowOf.size === numbers.size);
  if (index !== undefined) {
    const range = `${Math.min(...numbers)} to ${Math.max(...numbers)}`;
    const note = `${root}: folders ${range} are read as ImageNet indices, as published for ImageNetV2; no image names confirm this`;
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
  /** number of images whose names contradict it, and the first */
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
    const otherColumns = fitting.length === 1 ? "" : ", and more contradict every other column";
    return `${folders}, and as ${nearest.key} ${count(nearest.contradicted)} of ${count(named)} images are in the folder of another class${otherColumns}: ${nearest.contradiction}`;
  }
  const keys = possible.map(({ key }) => key);
  const [name = "class"] = folderKeys(benchmark.layouts);
  const way = keys.map((key) => `--folder-names ${benchmark.id}=${key}`).join(" or ");
  return `${folders}, and a number does not identify a class: they may be the class list's ${keys.join(" or ")}, and no image names confirm one; state the column with ${way}, or name the folders by ${name}`;
}
