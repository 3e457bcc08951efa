import { realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { InputError } from "../../foundation/errors.ts";
import type { Benchmark, Layout } from "../benchmark/benchmark.ts";
import type { ImageList } from "../sources/image-list.ts";
import type { FolderAside } from "../sources/walk-folder.ts";
import { listImages } from "./list-images.ts";
import { describeContents } from "./what-lies-here.ts";

/** Where a benchmark's images were found. */
export interface LocatedData {
  readonly root: string;
  readonly layout: Layout;
  readonly images: ImageList;
  /** what lies there beside the images */
  readonly aside: FolderAside;
}

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
      `${root}: no images of ${benchmark.id} here: ${describeContents(benchmark, root)}; expected ${describeLayouts(benchmark)}`,
    );
  }
  if (listed.images.length === 0)
    throw new InputError(`${root}: class folders of ${benchmark.id} without a single image`);
  return { root, ...listed };
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
  const seen = new Set<string>();
  const found: LocatedData[] = [];
  for (const name of alone ? [...benchmark.folders, "."] : benchmark.folders) {
    const folder = name === "." ? root : join(root, name);
    const info = await stat(folder).catch(() => undefined);
    if (!info?.isDirectory()) continue;
    // Two names of one folder, by a link or where letter case does not count, are one place
    const real = await realpath(folder);
    if (seen.has(real)) continue;
    seen.add(real);
    const listed = await listImages(benchmark, folder, cacheFolder);
    if (listed !== null && listed.images.length > 0) found.push({ root: folder, ...listed });
  }
  const [first, second] = found;
  if (first !== undefined && second !== undefined) {
    throw new InputError(
      `${benchmark.id} is at two places below ${root}: ${first.root} and ${second.root}; say which with --data-dir ${benchmark.id}=PATH`,
    );
  }
  return first ?? null;
}

function describeLayouts(benchmark: Benchmark): string {
  return benchmark.layouts
    .map((layout) =>
      layout.kind === "flat"
        ? `files like ${layout.pattern}`
        : layout.kind === "web-dataset"
          ? "tars like test/0.tar"
          : `one folder a class, named by its ${layout.key}`,
    )
    .join(", or ");
}
