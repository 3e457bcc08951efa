import { InputError } from "../../foundation/errors.ts";
import type { Benchmark } from "./benchmark.ts";
import { classKeys } from "./class-list.ts";

/**
 * Returns a benchmark whose class folders are named by the column that `--folder-names` states.
 *
 * @param column  of the class list, see `classKeys`: wnid, index, index+1, ilsvrc2012_id, …
 * @throws InputError if the class list has no such column
 */
export function withFolderNames(benchmark: Benchmark, column: string): Benchmark {
  const where = `--folder-names ${benchmark.id}=${column}`;
  const keys = classKeys(benchmark.classes, column, where).filter((key) => key !== "");
  if (new Set(keys).size < keys.length) {
    throw new InputError(
      `${where}: several classes have the same value in this column, so a folder's name would be ambiguous`,
    );
  }
  const isNumber = keys.every((key) => /^\d+$/.test(key));
  const otherLayouts = benchmark.layouts.filter(({ kind }) => kind !== "class-folders" && kind !== "numbered-folders");
  const stated = isNumber
    ? { kind: "numbered-folders" as const, keys: [column] }
    : { kind: "class-folders" as const, key: column };
  return { ...benchmark, layouts: [stated, ...otherLayouts] };
}

/** Checks that `--folder-names` had an effect. @throws InputError where images are labeled in another way */
export function checkFolderNames(root: string, kind: string, column: string): void {
  if (kind === "class-folders") return;
  throw new InputError(`${root}: contains no folders named by ${column}, as --folder-names states; omit the option`);
}
