import { InputError } from "../../foundation/errors.ts";
import type { Benchmark } from "./benchmark.ts";
import { classKeys } from "./class-list.ts";

/**
 * A benchmark whose class folders are named by the column that the user states, as `--folder-names` does.
 *
 * @param column  of the class list, see `classKeys`: wnid, index, index+1, ilsvrc2012_id, …
 * @throws InputError if the class list has no such column
 */
export function withFolderNames(benchmark: Benchmark, column: string): Benchmark {
  const where = `--folder-names ${benchmark.id}=${column}`;
  const keys = classKeys(benchmark.classes, column, where).filter((key) => key !== "");
  if (new Set(keys).size < keys.length) {
    throw new InputError(`${where}: several classes have one value there, so a folder's name would not say which`);
  }
  const isNumber = keys.every((key) => /^\d+$/.test(key));
  const others = benchmark.layouts.filter(({ kind }) => kind !== "class-folders" && kind !== "numbered-folders");
  const stated = isNumber
    ? { kind: "numbered-folders" as const, keys: [column] }
    : { kind: "class-folders" as const, key: column };
  return { ...benchmark, layouts: [stated, ...others] };
}

/** Checks that what `--folder-names` states was of use. @throws InputError where images are labelled otherwise */
export function checkFolderNames(root: string, kind: string, column: string): void {
  if (kind === "class-folders") return;
  throw new InputError(`${root}: holds no folders named by ${column}, as --folder-names states; leave the option away`);
}
