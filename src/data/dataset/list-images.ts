import { join } from "node:path";
import { InputError } from "../../foundation/errors.ts";
import type { Benchmark } from "../benchmark/benchmark.ts";
import type { Layout } from "../benchmark/layout.ts";
import type { Aside } from "../sources/aside.ts";
import { collectImages, type ImageList } from "../sources/image-list.ts";
import type { ListOptions, SourceListing, SourcePlace } from "../sources/image-source.ts";
import { SOURCE_FORMATS } from "../sources/source-formats.ts";
import { labellingOf, type OnUnlabelled } from "./labelling.ts";

/** A benchmark's images in a folder, and what else lies there. */
export interface ListedImages extends SourcePlace {
  readonly layout: Layout;
  readonly images: ImageList;
  readonly aside: Aside;
}

/**
 * Lists the images below a folder that is laid out in one of the benchmark's ways, in canonical order: by class, then
 * by path (flat: by number; in containers: theirs). Other files are passed over.
 *
 * @param cacheFolder  where the indexes of tars are kept; each is read anew where absent
 * @returns null if the folder is laid out in none of them
 * @throws InputError for a folder of images that is no class of the benchmark, or what cannot be read
 */
export async function listImages(
  benchmark: Benchmark,
  root: string,
  cacheFolder?: string,
): Promise<ListedImages | null> {
  for (const layout of benchmark.layouts) {
    const listed = await listLayout(benchmark, layout, root, {
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
          `${join(root, name)}: holds images, but its name is not the ${key} of a class of ${benchmark.id} (${benchmark.classes.size} classes); move it elsewhere, or is this another benchmark?`,
        );
      },
    });
    if (listed === null) continue;
    const { format, images, aside } = listed;
    return { format, root, layout, images, aside };
  }
  return null;
}

/** What becomes of what a run refuses. Each throws to stop there. */
export interface ListLayoutOptions extends ListOptions {
  readonly onUnlabelled: OnUnlabelled;
  readonly onUnknownFolder: (name: string) => void;
}

export interface ListedLayout extends ListedImages, Pick<SourceListing, "folders" | "unknownFolders"> {}

/** Lists the images of one layout, from the first format of source that has any. Null where none has. */
export async function listLayout(
  benchmark: Benchmark,
  layout: Layout,
  root: string,
  options: ListLayoutOptions,
): Promise<ListedLayout | null> {
  const labelling = labellingOf(benchmark, layout, root);
  for (const { name: format, open } of SOURCE_FORMATS) {
    const source = open(root);
    try {
      const listing = await source.list(labelling.origin, options);
      if (listing === null) continue;
      const { aside, folders, unknownFolders } = listing;
      for (const { name } of unknownFolders) options.onUnknownFolder(name);
      const images = collectImages(await labelling.label(listing.images, options.onUnlabelled));
      return { format, root, layout, images, aside, folders, unknownFolders };
    } finally {
      await source.close();
    }
  }
  return null;
}
