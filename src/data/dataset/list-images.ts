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
import { type OnUnlabeled, openLabeling } from "./labeling.ts";

/** A benchmark's images in a folder, and what else the folder contains. */
export interface ListedImages extends SourcePlace {
  readonly layout: Layout;
  /** column of the class list that matches class folders named by numbers */
  readonly numberedBy?: string | undefined;
  readonly images: ImageList;
  readonly aside: Aside;
}

/**
 * Lists the images of a place that has one of the benchmark's layouts, in canonical order: by class, then by path
 * (flat: by number; in containers: their order). Other files are skipped.
 *
 * @param rootOrPlace  a folder, or files selected in it
 * @param cacheFolder  where the indexes of containers are kept; without it, each is read again
 * @param isOf  the formats to look for; default: all
 * @returns null if the place has none of the layouts
 * @throws InputError for a folder of images that is not a class of the benchmark, or for anything that cannot be read
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
      onUnlabeled: (_, error) => {
        throw error;
      },
      onUnknownFolder: (name) => {
        const key = layout.kind === "class-folders" ? layout.key : "name";
        throw new InputError(
          `${join(place.root, name)}: contains images, but its name is not the ${key} of a class of ${benchmark.id} (${benchmark.classes.size} classes); move it elsewhere, or is this another benchmark?`,
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

/**
 * Calls `list` for each format and each layout of the benchmark until there is a result. Files in folders come before
 * containers.
 */
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

/** Handlers for what a run refuses; each throws to stop there. */
export interface ListLayoutOptions extends ListOptions {
  readonly onUnlabeled: OnUnlabeled;
  readonly onUnknownFolder: (name: string) => void;
}

export interface ListedLayout extends ListedImages, Pick<SourceListing, "folders" | "unknownFolders"> {}

/** Lists the images of one layout; null where there are none. */
export async function listLayout(
  benchmark: Benchmark,
  layout: Layout,
  opened: OpenedSource,
  options: ListLayoutOptions,
): Promise<ListedLayout | null> {
  if (layout.kind === "numbered-folders") return listNumberedFolders(benchmark, layout.keys, opened, options);
  const { place, source } = opened;
  const labeling = await openLabeling(benchmark, layout, place.root);
  if (labeling === null) return null;
  const listing = await source.list(labeling.origin, options);
  if (listing === null) return null;
  const { aside, folders, unknownFolders } = listing;
  for (const { name } of unknownFolders) options.onUnknownFolder(name);
  const images = collectImages(await labeling.label(listing.images, options.onUnlabeled));
  return { ...place, layout, images, aside, folders, unknownFolders };
}

/** Finds the column to which the folders' numbers belong, and lists the folders by it. */
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
