import { InputError } from "../../foundation/errors.ts";
import type { Benchmark } from "../benchmark/benchmark.ts";
import type { Layout } from "../benchmark/layout.ts";
import { NOTHING_ASIDE } from "../sources/aside.ts";
import { compareText } from "../sources/folder-entry.ts";
import { collectImages } from "../sources/image-list.ts";
import type { SourceRoot } from "../sources/image-source.ts";
import { SOURCE_FORMATS } from "../sources/source-formats.ts";
import { eachLayout, type ListedLayout, listLayout, type OpenedSource } from "./list-images.ts";

/**
 * The current state of a benchmark's folder, including its faults. Paths are relative to its root, with "/" between
 * folders.
 */
export interface ImageSurvey extends ListedLayout {
  /** entries that cannot be read */
  readonly unreadable: readonly { readonly path: string; readonly reason: string }[];
  /** why the images cannot be listed at all; null where they can */
  readonly problem: string | null;
}

/**
 * Surveys a place in the first of the benchmark's layouts that it has. Reads like `listImages`, but records what that
 * refuses and continues.
 *
 * @param cacheFolder  where the indexes of containers are kept
 * @returns null if it has none of the layouts
 * @throws InputError for a label file that cannot be used
 */
export async function surveyImages(
  benchmark: Benchmark,
  rootOrPlace: string | SourceRoot,
  cacheFolder?: string,
): Promise<ImageSurvey | null> {
  const place = typeof rootOrPlace === "string" ? { root: rootOrPlace } : rootOrPlace;
  return eachLayout(benchmark, place, SOURCE_FORMATS, (opened, layout) =>
    surveyLayout(benchmark, layout, opened, cacheFolder),
  );
}

async function surveyLayout(
  benchmark: Benchmark,
  layout: Layout,
  opened: OpenedSource,
  cacheFolder: string | undefined,
): Promise<ImageSurvey | null> {
  const unreadable: { path: string; reason: string }[] = [];
  const unlabeled: string[] = [];
  try {
    const listed = await listLayout(benchmark, layout, opened, {
      cacheFolder,
      onFault: ({ path, reason }) => {
        unreadable.push({ path, reason });
        return false;
      },
      onUnlabeled: (path) => unlabeled.push(path),
      onUnknownFolder: () => {},
    });
    if (listed === null) return null;
    const folders = [...listed.folders].sort((a, b) => a.label - b.label || compareText(a.name, b.name));
    const aside = { ...listed.aside, looseImages: [...listed.aside.looseImages, ...unlabeled] };
    return { ...listed, aside, folders, unreadable, problem: null };
  } catch (cause) {
    // in a flat layout, the definition's label file is at fault
    if (!(cause instanceof InputError) || layout.kind === "flat") throw cause;
    const nothing = { images: collectImages([]), aside: NOTHING_ASIDE, folders: [], unknownFolders: [] };
    return { ...nothing, ...opened.place, format: "", layout, unreadable: [], problem: cause.message };
  }
}
