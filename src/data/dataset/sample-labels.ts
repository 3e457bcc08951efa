import { InputError } from "../../foundation/errors.ts";
import type { Benchmark } from "../benchmark/benchmark.ts";
import { folderKeys } from "../benchmark/layout.ts";
import type { LabelReader, SampleLabels } from "../sources/image-source.ts";
import { classNamer } from "./class-folder-names.ts";
import { type KnownClasses, readKnownClasses } from "./known-classes.ts";
import { matchNamedNumbers } from "./named-numbers.ts";

const NUMBER = /^-?\d{1,9}$/;

/**
 * Reads labels stored with images. A label is a number from 0 on, which counts the benchmark's classes or those that
 * the set names, or a text: a key of the class list (wnid, folder), the name of a class, or a number.
 *
 * @param numbers  the benchmark's number of a label → row of the class list
 */
export function sampleLabels(benchmark: Benchmark, numbers: readonly number[]): SampleLabels {
  const { keys } = benchmark.classes;
  const columns = [...new Set([...folderKeys(benchmark.layouts), "wnid"])].filter((key) => keys.has(key));
  const namers = columns.map((key) => classNamer(benchmark, key));
  const readers = new Map<string, Promise<LabelReader>>();
  return (given) => {
    const key = given === undefined ? "" : JSON.stringify(given.names);
    const reader = readers.get(key) ?? makeReader();
    readers.set(key, reader);
    return reader;

    async function makeReader(): Promise<LabelReader> {
      const known = await readKnownClasses(benchmark);
      const rowOfText = textReader(benchmark, known, namers);
      const byNumber = { rows: numbers, warning: null };
      const { rows, warning } = given === undefined ? byNumber : matchNamedNumbers(given, benchmark, known, numbers);
      const rowOfNumber = (number: number, where: string): number => {
        const row = Number.isInteger(number) ? rows[number] : undefined;
        if (row !== undefined && row >= 0) return row;
        throw new InputError(`${where}: ${describeNumber(number, benchmark, rows, given?.names)}`);
      };
      const rowOfDigits = (text: string, where: string): number => {
        const row = rowOfNumber(Number(text), where);
        const folder = namers.map((namer) => namer(text)).find((named) => named !== undefined && named !== row);
        if (folder === undefined) return row;
        throw new InputError(`${where}: its label "${text}" is the number of one class and the folder of another`);
      };
      const texts = new Map<string, number>();
      const rowOf = (label: number | string, where: string): number => {
        if (typeof label === "number") return rowOfNumber(label, where);
        const text = label.trim();
        const row = texts.get(text) ?? (NUMBER.test(text) ? rowOfDigits(text, where) : rowOfText(text, where));
        texts.set(text, row);
        return row;
      };
      const warnings = warning === null ? [] : [warning];
      let isDoubted = false;
      const rowBeside = (label: number | string, where: string, text?: string): number => {
        const row = rowOf(label, where);
        const key = text?.trim() ?? "";
        if (key === "" || NUMBER.test(key)) return row;
        const keyed = namers.map((namer) => namer(key)).find((found) => found !== undefined);
        const named = keyed === undefined ? known.classesNamed(key) : [keyed];
        if (named.length === 0 || named.includes(row)) return row;
        const fault = `${where}: its label ${label} is ${known.describe(row)}, but the text next to it is "${key.slice(0, 80)}"`;
        if (keyed !== undefined) throw new InputError(`${fault}; name the column to trust "wnid", or remove the other`);
        if (!isDoubted) warnings.push(`${fault}; do the labels number the classes in another order?`);
        isDoubted = true;
        return row;
      };
      return { rowOf: rowBeside, warnings };
    }
  };
}

function describeNumber(
  number: number,
  { id, classes }: Benchmark,
  rows: readonly number[],
  names: readonly string[] | undefined,
): string {
  if (number === -1) {
    return "has no label (-1, as in test sets whose labels are not published); take the validation split";
  }
  if (rows[number] !== undefined) return `label ${number} is "${names?.[number]}", which is not a class of ${id}`;
  const isIndex = rows.length < 1000 && classes.keys.get("index")?.includes(String(number));
  const meant = isIndex ? `; as an ImageNet index it is a class of ${id}, but labels count the classes of ${id}` : "";
  return `label ${number}, but the set has ${rows.length} classes (0 to ${rows.length - 1})${meant}; is this another set, or are labels counted from 1?`;
}

/** Returns a reader of texts: a key of the class list, else a name of exactly one class. */
function textReader(
  benchmark: Benchmark,
  known: KnownClasses,
  namers: readonly ((name: string) => number | undefined)[],
): (text: string, where: string) => number {
  return (text, where) => {
    for (const rowOf of namers) {
      const row = rowOf(text);
      if (row !== undefined) return row;
    }
    const named = known.classesNamed(text);
    const [row] = named;
    if (row !== undefined && named.length === 1 && row < known.size) return row;
    const fault =
      text === ""
        ? "its label is empty"
        : named.length > 1
          ? `its label "${text.slice(0, 80)}" is the name of ${named.length} classes; use wnids as labels`
          : `its label "${text.slice(0, 80)}" is not a class of ${benchmark.id}`;
    throw new InputError(`${where}: ${fault}`);
  };
}
