import { InputError } from "../../foundation/errors.ts";
import type { Benchmark } from "../benchmark/benchmark.ts";
import { classKeys } from "../benchmark/class-list.ts";
import { folderKeys } from "../benchmark/layout.ts";
import type { LabelNames } from "../sources/image-source.ts";
import { classNamer } from "./class-folder-names.ts";
import type { KnownClasses } from "./known-classes.ts";

/** Which class each number stands for. */
export interface NamedNumbers {
  /** number → row of the class list; -1 for what is no class of the benchmark */
  readonly rows: readonly number[];
  /** why they are doubtful; null where they are not */
  readonly warning: string | null;
}

/** Share of names that must be known for the order of numbers to count as confirmed by them. */
const MIN_KNOWN = 0.5;

/**
 * Matches labels that are numbers with classes, where a set says what it calls them. Names that are keys of the class list
 * (wnids, folders) decide. Other names confirm the order of the numbers, if as many classes are named as it has, or as
 * ImageNet has; where one contradicts, each name must be that of exactly one class.
 *
 * @param numbers  the benchmark's own number of a label → row
 * @throws InputError naming the first class that contradicts, or that is not known
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

/** By a column of the class list that has all the names, or all of whose values are among them. */
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

/** Names that are numbers, as of folders that were sorted as text: those of a column that folders are named by, or the benchmark's. */
function matchDigits({ names, where }: LabelNames, benchmark: Benchmark, numbers: readonly number[]): NamedNumbers {
  const columns = folderKeys(benchmark.layouts)
    .filter((key) => classKeys(benchmark.classes, key, benchmark.path).every((value) => /^\d*$/.test(value)))
    .map((key) => classNamer(benchmark, key));
  const readings = [(name: string) => numbers[Number(name)], ...columns]
    .map((rowOf) => names.map((name) => rowOf(name) ?? -1))
    .filter((rows) => !rows.includes(-1) && new Set(rows).size === rows.length);
  const [rows, ...others] = readings;
  if (rows !== undefined && others.every((other) => other.every((row, at) => row === rows[at]))) {
    return { rows, warning: null };
  }
  const fault = rows === undefined ? "are not those of its classes" : "may stand for its classes in two ways";
  throw new InputError(`${where}: the ${names.length} classes are called by numbers that ${fault} (${benchmark.id})`);
}

interface JudgedOrder {
  readonly order: readonly number[];
  /** the first number whose name is that of other classes; -1 where there is none */
  readonly contradiction: number;
  /** of the names that are known as the class's */
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
 * The class of each name where every name is that of exactly one, no two of the same. Names that are not known are allowed
 * where they are beside all of the benchmark's classes.
 *
 * @returns in `unclear` the first name of which that is not so, else -1
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
    fits.length === 0 ? `is the name of none of ${id}` : `may be ${fits.join(" or ")}, or is the name of two numbers`;
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
  const [other] = candidates[contradiction] as readonly number[];
  return `${where}: label ${contradiction} is called "${name}", but that class of ${id} is "${of}", and "${name}" is another (${known.describe(other as number)}); the labels count the classes in another order, and not every name is that of one class alone, so they cannot be matched by name; name the classes by wnid or folder`;
}
