import { dirname, join } from "node:path";
import type { Benchmark } from "../benchmark/benchmark.ts";
import { readLabelFile } from "./label-file.ts";

/** A wnid in a file's name: `ILSVRC2012_val_00000001_n01751748.JPEG`, `n01440764_36.JPEG`. */
const WNID = /(?<![A-Za-z0-9])n\d{8}(?![0-9])/;

/** The class that an image's name indicates. */
export interface NamedClass {
  /** row of the class list; -1 for a class that is not in it */
  readonly row: number;
  /** for messages: "number 1, which belongs to n01751748" */
  readonly description: string;
}

/**
 * Reads the classes that the names of a benchmark's images indicate: by the number of official files, which the label
 * file lists, or by a wnid.
 *
 * @returns a function from a path to the class; null where its last part indicates none
 * @throws InputError if the label file cannot be used
 */
export async function readOfficialNames(benchmark: Benchmark): Promise<(path: string) => NamedClass | null> {
  const { classes, layouts } = benchmark;
  const wnids = classes.keys.get("wnid") ?? [];
  const rowOf = new Map(wnids.map((wnid, row) => [wnid, row]));
  const flat = layouts.find((layout) => layout.kind === "flat");
  const pattern = flat === undefined ? null : new RegExp(flat.pattern);
  const labels =
    flat === undefined ? null : await readLabelFile(join(dirname(benchmark.path), flat.labels), classes.size);
  return (path) => {
    const name = path.slice(path.lastIndexOf("/") + 1);
    const number = pattern?.exec(name)?.[1];
    const row = number === undefined ? undefined : labels?.[Number(number) - 1];
    if (row !== undefined)
      return { row, description: `number ${Number(number)}, which belongs to ${wnids[row] ?? `class ${row}`}` };
    const wnid = rowOf.size === 0 ? undefined : WNID.exec(name)?.[0];
    return wnid === undefined ? null : { row: rowOf.get(wnid) ?? -1, description: wnid };
  };
}
