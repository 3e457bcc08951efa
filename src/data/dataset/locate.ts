import { InputError } from "../../foundation/errors.ts";
import type { Benchmark } from "../benchmark/benchmark.ts";
import { pathOfPlace, type SourceFormat, type SourceRoot } from "../sources/image-source.ts";
import { placeAt, placesNamed } from "./data-place.ts";
import { type ListedImages, listImages } from "./list-images.ts";
import { describeContents } from "./what-lies-here.ts";

/** Where a benchmark's images were found. */
export type LocatedData = ListedImages;

/** What a search for images goes by, beside the benchmark. */
export interface LocateDataOptions {
  /** where the indexes of containers are kept; each is made anew where absent */
  readonly cacheFolder?: string | undefined;
  /** file whose first line is the password of encrypted archives */
  readonly passwordFile?: string | undefined;
  /** whether a set of which shards are missing is listed nonetheless, with a warning */
  readonly allowIncomplete?: boolean | undefined;
}

/**
 * Lists a benchmark's images in the folder, the file or the files of a pattern that the user named for it.
 *
 * @throws InputError if it is not there, holds no images, or is laid out in none of the benchmark's ways
 */
export async function openDataFolder(
  benchmark: Benchmark,
  path: string,
  { cacheFolder, ...how }: LocateDataOptions = {},
): Promise<LocatedData> {
  const place = { ...(await placeAt(path)), ...how };
  const listed = (await listImages(benchmark, place, cacheFolder)) ?? (await listBelow(benchmark, place, cacheFolder));
  if (listed === null) {
    const contents = await describeContents([benchmark], place, cacheFolder);
    throw new InputError(`${path}: ${noImages(benchmark.id, contents)}`);
  }
  if (listed.images.length === 0)
    throw new InputError(`${path}: class folders of ${benchmark.id} without a single image`);
  return listed;
}

/** The images of a tree that its top folder was named for, as Kaggle's. */
async function listBelow(
  benchmark: Benchmark,
  { root, files }: SourceRoot,
  cacheFolder: string | undefined,
): Promise<LocatedData | null> {
  const below = benchmark.layouts.flatMap((layout) => (layout.kind === "solution-file" ? [layout.images] : []));
  const { folders } = await placesNamed(files === undefined ? below : [], root);
  const [folder] = folders;
  return folder === undefined ? null : listImages(benchmark, { root: folder.root }, cacheFolder);
}

/** That a place has no images of a benchmark, for `evaluate` and `inspect` alike. */
export function noImages(id: string, contents: string): string {
  return `no images of ${id} here: ${contents}`;
}

interface Candidate {
  readonly place: SourceRoot;
  /** formats that are looked for; all where absent */
  readonly isOf?: (format: SourceFormat) => boolean;
}

const isFolderFormat = ({ endings }: SourceFormat) => endings === undefined;

/**
 * Finds a benchmark below a root by the names people keep it under: in a folder, else in a container that is called so.
 *
 * @param alone  this benchmark alone was asked for: the root itself may be its folder
 * @returns null if it is not there
 * @throws InputError if two folders hold it, or two containers
 */
export async function findData(
  benchmark: Benchmark,
  root: string,
  alone: boolean,
  { cacheFolder, ...how }: LocateDataOptions = {},
): Promise<LocatedData | null> {
  const { folders, files } = await placesNamed(benchmark.folders, root);
  const itself = alone ? (await placesNamed(["."], root)).folders : [];
  const other = itself.filter(({ real }) => folders.every((folder) => folder.real !== real));
  const steps: readonly (readonly Candidate[])[] = [
    [...folders.map((place) => ({ place })), ...other.map((place) => ({ place, isOf: isFolderFormat }))],
    files.map((place) => ({ place })),
    other.map((place) => ({ place })),
  ];
  for (const step of steps) {
    const found: LocatedData[] = [];
    for (const { place, isOf } of step) {
      const listed = await listImages(benchmark, { ...place, ...how }, cacheFolder, isOf);
      if (listed !== null && listed.images.length > 0) found.push(listed);
    }
    const [first, second] = found;
    if (first !== undefined && second !== undefined) {
      throw new InputError(
        `${benchmark.id} is at two places below ${root}: ${pathOfPlace(first)} and ${pathOfPlace(second)}; say which with --data-dir ${benchmark.id}=PATH`,
      );
    }
    if (first !== undefined) return first;
  }
  return null;
}
