import { InputError } from "../../foundation/errors.ts";
import type { Benchmark } from "../benchmark/benchmark.ts";
import { pathOfPlace, type SourceFormat, type SourceRoot } from "../sources/image-source.ts";
import { placeAt, placesNamed } from "./data-place.ts";
import { describeContents } from "./describe-contents.ts";
import { type ListedImages, listImages } from "./list-images.ts";

/** The place where a benchmark's images were found. */
export type LocatedData = ListedImages;

/** The options of a search for images. */
export interface LocateDataOptions {
  /** where the indexes of containers are kept; without it, each is made again */
  readonly cacheFolder?: string | undefined;
  /** file whose first line is the password of encrypted archives */
  readonly passwordFile?: string | undefined;
  /** whether a set with missing shards is listed anyway, with a warning */
  readonly allowIncomplete?: boolean | undefined;
}

/**
 * Lists a benchmark's images in the folder or file that the user gave, or in the files that match the user's pattern.
 *
 * @throws InputError if it does not exist, contains no images, or has none of the benchmark's layouts
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
  if (listed.images.length === 0) throw new InputError(`${path}: class folders of ${benchmark.id} without any images`);
  return listed;
}

/** Lists the images of a nested folder whose top folder was given, such as Kaggle's. */
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

/** Reports that a place has no images of a benchmark, for both `evaluate` and `inspect`. */
export function noImages(id: string, contents: string): string {
  return `no images of ${id} here: ${contents}`;
}

interface Candidate {
  readonly place: SourceRoot;
  /** formats to look for; default: all */
  readonly isOf?: (format: SourceFormat) => boolean;
}

const isFolderFormat = ({ endings }: SourceFormat) => endings === undefined;

/**
 * Finds a benchmark below a root by the names under which people store it: in a folder, else in a container with such a
 * name.
 *
 * @param alone  whether only this benchmark was requested: the root itself may be its folder
 * @returns null if it is not there
 * @throws InputError if two folders contain it, or two containers
 */
export async function findData(
  benchmark: Benchmark,
  root: string,
  alone: boolean,
  { cacheFolder, ...how }: LocateDataOptions = {},
): Promise<LocatedData | null> {
  const { folders, files } = await placesNamed(benchmark.folders, root);
  const rootPlaces = alone ? (await placesNamed(["."], root)).folders : [];
  const unlisted = rootPlaces.filter(({ real }) => folders.every((folder) => folder.real !== real));
  const steps: readonly (readonly Candidate[])[] = [
    [...folders.map((place) => ({ place })), ...unlisted.map((place) => ({ place, isOf: isFolderFormat }))],
    files.map((place) => ({ place })),
    unlisted.map((place) => ({ place })),
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
        `${benchmark.id} is in two places below ${root}: ${pathOfPlace(first)} and ${pathOfPlace(second)}; choose one with --data-dir ${benchmark.id}=PATH`,
      );
    }
    if (first !== undefined) return first;
  }
  return null;
}
