import { realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { InputError } from "../../foundation/errors.ts";
import type { Benchmark } from "../benchmark/benchmark.ts";
import { describeLayouts } from "../benchmark/layout.ts";
import { type ListedImages, listImages } from "./list-images.ts";
import { describeContents } from "./what-lies-here.ts";

/** Where a benchmark's images were found. */
export type LocatedData = ListedImages;

/**
 * Lists a benchmark's images in the folder the user named for it.
 *
 * @throws InputError if it is not there, holds no images, or is laid out in none of the benchmark's ways
 */
export async function openDataFolder(benchmark: Benchmark, root: string, cacheFolder?: string): Promise<LocatedData> {
  const found = await stat(root).catch(() => undefined);
  if (found === undefined) throw new InputError(`${root}: no such folder`);
  if (!found.isDirectory())
    throw new InputError(`${root}: expected a folder with the images of ${benchmark.id}, found a file`);
  const listed = await listImages(benchmark, root, cacheFolder);
  if (listed === null) {
    throw new InputError(
      `${root}: no images of ${benchmark.id} here: ${describeContents(benchmark, root)}; expected ${describeLayouts(benchmark.layouts)}`,
    );
  }
  if (listed.images.length === 0)
    throw new InputError(`${root}: class folders of ${benchmark.id} without a single image`);
  return listed;
}

/**
 * Finds a benchmark below a root by the names people keep it under.
 *
 * @param alone  this benchmark alone was asked for: the root itself may be its folder
 * @returns null if it is not there
 * @throws InputError if two folders hold it
 */
export async function findData(
  benchmark: Benchmark,
  root: string,
  alone: boolean,
  cacheFolder?: string,
): Promise<LocatedData | null> {
  const found: LocatedData[] = [];
  for (const { folder } of await foldersNamed(alone ? [...benchmark.folders, "."] : benchmark.folders, root)) {
    const listed = await listImages(benchmark, folder, cacheFolder);
    if (listed !== null && listed.images.length > 0) found.push(listed);
  }
  const [first, second] = found;
  if (first !== undefined && second !== undefined) {
    throw new InputError(
      `${benchmark.id} is at two places below ${root}: ${first.root} and ${second.root}; say which with --data-dir ${benchmark.id}=PATH`,
    );
  }
  return first ?? null;
}

/**
 * The folders of these names that are there, each once: two names of one folder, by a link or where letter case does not
 * count, are one place.
 *
 * @param names  paths below the root; "." is the root itself
 */
export async function foldersNamed(
  names: readonly string[],
  root: string,
): Promise<{ readonly folder: string; readonly real: string }[]> {
  const found = new Map<string, string>();
  for (const name of names) {
    const folder = name === "." ? root : join(root, name);
    if (!(await stat(folder).catch(() => undefined))?.isDirectory()) continue;
    const real = await realpath(folder);
    if (!found.has(real)) found.set(real, folder);
  }
  return [...found].map(([real, folder]) => ({ folder, real }));
}
