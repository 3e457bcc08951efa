import { InputError } from "../../foundation/errors.ts";
import type { Benchmark } from "../benchmark/benchmark.ts";
import { classKeys } from "../benchmark/class-list.ts";
import { folderKeys } from "../benchmark/layout.ts";
import type { LabelNames } from "../sources/image-source.ts";
import { classNamer } from "./class-folder-names.ts";
import type { KnownClasses } from "./known-classes.ts";

/** Assigns classes to numbers. */
export interface NamedNumbers {
  /** number → row of the class list; -1 for classes that the benchmark does not have */
  readonly rows: readonly number[];
  /** why the rows are doubtful; null where they are not */
  readonly warning: string | null;
}

/** Minimum share of known names for the order of numbers to count as confirmed by them. */
const MIN_KNOWN = 0.5;

/**
 * Matches numeric labels with classes by the class names that a set gives them. Names that are keys of the class list
 * (wnids, folders) decide. Other names confirm the order of the numbers, if there are as many names as the benchmark or
 * ImageNet has classes. If a name contradicts the order, each name must be that of exactly one class.
 *
 * @param numbers  the benchmark's number of a label → row
 * @throws InputError naming the first class that contradicts or is unknown
 */
export function matchNamedNumbers(
  given: LabelNames,
  benchmark: Benchmark,
  known: KnownClasses,
  numbers: readonly number[],
): NamedNumbers {
  const { names } = given;
  const byKey = rowsByKey(names, benchmark);
  if (byKey !== null) return { rows: byKey, warning: null };
  if (names.every((name) => /^\d+$/.test(name))) return matchDigits(given, benchmark, numbers);
  const candidates = names.map((name) => known.classesNamed(name));
  const orders = [numbers, known.imagenet].filter((order) => order.length === names.length);
  const judged = orders.map((order) => judgeOrder(order, candidates));
  const confirmed = judged.find(({ contradiction, share }) => contradiction === -1 && share >= MIN_KNOWN);
  if (confirmed !== undefined) return { rows: benchmarkRows(confirmed.order, known), warning: null };
  const named = distinctClasses(candidates, known);
  if (named.unclear === -1) return { rows: benchmarkRows(named.classes, known), warning: null };
  const [likely] = judged;
  if (likely?.contradiction === -1) {
    const warning = `${given.where}: the names of the classes are mostly unknown (the first is "${names[0]}"), so labels are read by number`;
    return { rows: benchmarkRows(likely.order, known), warning };
  }
  throw new InputError(
    likely === undefined
      ? describeUnclear(given, benchmark, known, candidates, named.unclear)
      : describeContradiction(given, benchmark, known, candidates, likely),
  );
}

/** Matches names with a column of the class list that contains all the names, or all of whose values are among them. */
function rowsByKey(names: readonly string[], benchmark: Benchmark): number[] | null {
  for (const key of new Set([...folderKeys(benchmark.layouts), "wnid"])) {
    const keys = benchmark.classes.keys.get(key);
    if (keys === undefined || keys.every((value) => /^\d*$/.test(value))) continue;
    const rowOf = classNamer(benchmark, key);
    const rows = names.map((name) => rowOf(name) ?? -1);
    const matched = rows.filter((row) => row >= 0);
    const isWhole = matched.length === rows.length || matched.length === keys.filter((value) => value !== "").length;
    if (matched.length > 0 && isWhole && new Set(matched).size === matched.length) return rows;
  }
  return null;
}

/**
 * Matches names that are numbers, such as those of folders sorted as text, with a column by which folders are named, or
 * with the benchmark's numbers.
 */
function matchDigits({ names, where }: LabelNames, benchmark: Benchmark, numbers: readonly number[]): NamedNumbers {
  const columns = folderKeys(benchmark.layouts)
    .filter((key) => classKeys(benchmark.classes, key, benchmark.path).every((value) => /^\d*$/.test(value)))
    .map((key) => classNamer(benchmark, key));
  const readings = [(name: string) => numbers[Number(name)], ...columns]
    .map((rowOf) => names.map((name) => rowOf(name) ?? -1))
    .filter((rows) => !rows.includes(-1) && new Set(rows).size === rows.length);
  const [rows, ...otherReadings] = readings;
  if (rows !== undefined && otherReadings.every((reading) => reading.every((row, at) => row === rows[at]))) {
    return { rows, warning: null };
  }
  const fault = rows === undefined ? "are not those of its classes" : "match its classes in two ways";
  throw new InputError(`${where}: the ${names.length} classes have numbers as names, which ${fault} (${benchmark.id})`);
}

interface JudgedOrder {
  readonly order: readonly number[];
  /** the first number whose name belongs to other classes; -1 where there is none */
  readonly contradiction: number;
  /** share of names that are known names of the class */
  readonly share: number;
}

function judgeOrder(order: readonly number[], candidates: readonly (readonly number[])[]): JudgedOrder {
  const right = candidates.filter((classes, number) => classes.includes(order[number] as number)).length;
  const contradiction = candidates.findIndex(
    (classes, number) => classes.length > 0 && !classes.includes(order[number] as number),
  );
  return { order, contradiction, share: right / candidates.length };
}

/**
 * Returns the class of each name where every name is that of exactly one class, and no two are of the same class.
 * Unknown names are allowed in addition to names of all of the benchmark's classes.
 *
 * @returns in `unclear` the first name that does not satisfy this, else -1
 */
function distinctClasses(candidates: readonly (readonly number[])[], known: KnownClasses) {
  const counts = new Map<number, number>();
  for (const [first] of candidates) if (first !== undefined) counts.set(first, (counts.get(first) ?? 0) + 1);
  const isComplete = Array.from({ length: known.size }, (_, row) => row).every((row) => counts.get(row) === 1);
  const unclear = candidates.findIndex((classes) => {
    const [first] = classes;
    if (first === undefined) return !isComplete;
    if (classes.every((each) => each >= known.size)) return false;
    return classes.length > 1 || counts.get(first) !== 1;
  });
  return { classes: candidates.map(([first]) => first ?? -1), unclear };
}

function benchmarkRows(classes: readonly number[], { size }: KnownClasses): number[] {
  return classes.map((known) => (known < size ? known : -1));
}

function describeUnclear(
  { names, where }: LabelNames,
  { id, classes }: Benchmark,
  known: KnownClasses,
  candidates: readonly (readonly number[])[],
  unclear: number,
): string {
  const fits = (candidates[unclear] ?? []).map((each) => `"${known.describe(each)}"`);
  const fault =
    fits.length === 0
      ? `is not the name of a class of ${id}`
      : `may be ${fits.join(" or ")}, or is the name of two numbers`;
  return `${where}: names ${names.length} classes, ${id} has ${classes.size}; label ${unclear}, "${names[unclear]}", ${fault}; is this another benchmark?`;
}

function describeContradiction(
  { names, where }: LabelNames,
  { id }: Benchmark,
  known: KnownClasses,
  candidates: readonly (readonly number[])[],
  { order, contradiction }: JudgedOrder,
): string {
  const name = names[contradiction];
  const of = known.describe(order[contradiction] as number);
  const [namedClass] = candidates[contradiction] as readonly number[];
  return `${where}: label ${contradiction} has the name "${name}", but that class of ${id} is "${of}", and "${name}" is another class (${known.describe(namedClass as number)}); the labels number the classes in another order, and some names belong to several classes, so they cannot be matched by name; name the classes by wnid or folder`;
}
