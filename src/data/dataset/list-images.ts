import { join } from "node:path";
import { InputError } from "../../foundation/errors.ts";
import type { Benchmark } from "../benchmark/benchmark.ts";
import type { Layout } from "../benchmark/layout.ts";
import type { Aside } from "../sources/aside.ts";
import { collectImages, type ImageList } from "../sources/image-list.ts";
import {
  type ImageSource,
  type ListOptions,
  placeOf,
  type SourceFormat,
  type SourceListing,
  type SourcePlace,
  type SourceRoot,
} from "../sources/image-source.ts";
import { SOURCE_FORMATS } from "../sources/source-formats.ts";
import { decideFolderNumbers, folderNumber } from "./folder-numbers.ts";
import { labellingOf, type OnUnlabelled } from "./labelling.ts";

/** A benchmark's images in a folder, and what else lies there. */
export interface ListedImages extends SourcePlace {
  readonly layout: Layout;
  /** column of the class list that class folders named by numbers turned out to be of */
  readonly numberedBy?: string | undefined;
  readonly images: ImageList;
  readonly aside: Aside;
}

/**
 * Lists the images of a place that is laid out in one of the benchmark's ways, in canonical order: by class, then by path
 * (flat: by number; in containers: theirs). Other files are skipped.
 *
 * @param rootOrPlace  a folder, or files picked in it
 * @param cacheFolder  where the indexes of containers are kept; each is read anew where absent
 * @param isOf  the formats that are looked for; all where absent
 * @returns null if the place is laid out in none of them
 * @throws InputError for a folder of images that is no class of the benchmark, or what cannot be read
 */
export async function listImages(
  benchmark: Benchmark,
  rootOrPlace: string | SourceRoot,
  cacheFolder?: string,
  isOf?: (format: SourceFormat) => boolean,
): Promise<ListedImages | null> {
  const place = typeof rootOrPlace === "string" ? { root: rootOrPlace } : rootOrPlace;
  const formats = isOf === undefined ? SOURCE_FORMATS : SOURCE_FORMATS.filter(isOf);
  return eachLayout(benchmark, place, formats, async (opened, layout) => {
    const listed = await listLayout(benchmark, layout, opened, {
      cacheFolder,
      onFault: ({ error }) => {
        if (error === null) return true;
        throw error;
      },
      onUnlabelled: (_, error) => {
        throw error;
      },
      onUnknownFolder: (name) => {
        const key = layout.kind === "class-folders" ? layout.key : "name";
        throw new InputError(
          `${join(place.root, name)}: holds images, but its name is not the ${key} of a class of ${benchmark.id} (${benchmark.classes.size} classes); move it elsewhere, or is this another benchmark?`,
        );
      },
    });
    if (listed === null) return null;
    const { layout: read, numberedBy, images, aside } = listed;
    return { ...placeOf(listed), layout: read, numberedBy, images, aside };
  });
}

/** A place opened in one format. */
export interface OpenedSource {
  readonly place: SourcePlace;
  readonly source: ImageSource;
}

/** Calls for each format and each layout of the benchmark, until there is a result. Files in folders come before containers. */
export async function eachLayout<Result>(
  benchmark: Benchmark,
  place: SourceRoot,
  formats: readonly SourceFormat[],
  list: (opened: OpenedSource, layout: Layout) => Promise<Result | null>,
): Promise<Result | null> {
  for (const { name: format, open } of formats) {
    const source = open(place);
    try {
      for (const layout of benchmark.layouts) {
        const result = await list({ place: placeOf({ ...place, format }), source }, layout);
        if (result !== null) return result;
      }
    } finally {
      await source.close();
    }
  }
  return null;
}

/** What becomes of what a run refuses. Each throws to stop there. */
export interface ListLayoutOptions extends ListOptions {
  readonly onUnlabelled: OnUnlabelled;
  readonly onUnknownFolder: (name: string) => void;
}

export interface ListedLayout extends ListedImages, Pick<SourceListing, "folders" | "unknownFolders"> {}

/** Lists the images of one layout. Null where there is none. */
export async function listLayout(
  benchmark: Benchmark,
  layout: Layout,
  opened: OpenedSource,
  options: ListLayoutOptions,
): Promise<ListedLayout | null> {
  if (layout.kind === "numbered-folders") return listNumberedFolders(benchmark, layout.keys, opened, options);
  const { place, source } = opened;
  const labelling = await labellingOf(benchmark, layout, place.root);
  if (labelling === null) return null;
  const listing = await source.list(labelling.origin, options);
  if (listing === null) return null;
  const { aside, folders, unknownFolders } = listing;
  for (const { name } of unknownFolders) options.onUnknownFolder(name);
  const images = collectImages(await labelling.label(listing.images, options.onUnlabelled));
  return { ...place, layout, images, aside, folders, unknownFolders };
}

/** Looks which column the folders' numbers are of, and lists them by it. */
async function listNumberedFolders(
  benchmark: Benchmark,
  keys: readonly string[],
  opened: OpenedSource,
  options: ListLayoutOptions,
): Promise<ListedLayout | null> {
  const { place, source } = opened;
  const listing = await source.list({ from: "folder name", labelOf: folderNumber }, options);
  if (listing === null) return null;
  const decided = await decideFolderNumbers(benchmark, keys, listing.images, place.root);
  if (decided === null) return null;
  const listed = await listLayout(benchmark, { kind: "class-folders", key: decided.key }, opened, options);
  if (listed === null) return null;
  const aside = { ...listed.aside, notes: [...listed.aside.notes, decided.note] };
  return { ...listed, numberedBy: decided.key, aside };
}
