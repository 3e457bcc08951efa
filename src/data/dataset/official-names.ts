import { dirname, join } from "node:path";
import type { Benchmark } from "../benchmark/benchmark.ts";
import { readLabelFile } from "./label-file.ts";

/** A wnid in a file's name: `ILSVRC2012_val_00000001_n01751748.JPEG`, `n01440764_36.JPEG`. */
const WNID = /(?<![A-Za-z0-9])n\d{8}(?![0-9])/;

/** What an image's name says of its class. */
export interface NamedClass {
  /** row of the class list; -1 for a class that is none of it */
  readonly row: number;
  /** in words: "number 1, which is of n01751748" */
  readonly says: string;
}

/**
 * Reads what the names of a benchmark's images say of their class: the number that official files have, which the label
 * file knows, or a wnid.
 *
 * @returns for a path: null where its last part says nothing
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
      return { row, says: `number ${Number(number)}, which is of ${wnids[row] ?? `class ${row}`}` };
    const wnid = rowOf.size === 0 ? undefined : WNID.exec(name)?.[0];
    return wnid === undefined ? null : { row: rowOf.get(wnid) ?? -1, says: wnid };
  };
}
