import { dirname, join } from "node:path";
import { InputError } from "../../foundation/errors.ts";
import type { Benchmark } from "../benchmark/benchmark.ts";
import type { ImageEntry } from "../sources/image-entry.ts";
import { readLabelFile } from "./label-file.ts";

const WNID = /(?<![A-Za-z0-9])n\d{8}(?![0-9])/g;

/**
 * Checks the labels stored with images against the images' names, which may contain a wnid or the number of the
 * benchmark's official file.
 *
 * @param onContradiction  called for an image that is left out because its name belongs to another class, or appears
 *   twice
 */
export async function checkAgainstPaths(
  images: Iterable<ImageEntry>,
  benchmark: Benchmark,
  root: string,
  onContradiction: (path: string, error: InputError) => void,
): Promise<Iterable<ImageEntry>> {
  const { classes, layouts, path: definition } = benchmark;
  const wnids = classes.keys.get("wnid");
  const flat = layouts.find((layout) => layout.kind === "flat");
  const official =
    flat === undefined
      ? null
      : {
          pattern: new RegExp(flat.pattern),
          labels: await readLabelFile(join(dirname(definition), flat.labels), classes.size),
        };
  const describe = (row: number) => wnids?.[row] ?? `class ${row}`;

  function faultOf(path: string, label: number, seen: Map<number, string>): string | null {
    if (wnids !== undefined) {
      for (const [wnid] of path.matchAll(WNID)) {
        if (wnid !== wnids[label]) return `its name contains ${wnid}, but its label is ${describe(label)}`;
      }
    }
    const number = Number(official?.pattern.exec(path.slice(path.lastIndexOf("/") + 1))?.[1] ?? Number.NaN);
    if (official === null || Number.isNaN(number)) return null;
    const row = official.labels[number - 1];
    if (row === undefined) return `its number is not in 1…${official.labels.length}`;
    if (row !== label) return `image number ${number} belongs to ${describe(row)}, but its label is ${describe(label)}`;
    const before = seen.get(number);
    seen.set(number, path);
    return before === undefined ? null : `a second image with number ${number}; the first is ${before}`;
  }

  return (function* () {
    const seen = new Map<number, string>();
    for (const image of images) {
      const fault = faultOf(image.path, image.label, seen);
      if (fault === null) yield image;
      else onContradiction(image.path, new InputError(`${join(root, image.path)}: ${fault}`));
    }
  })();
}
