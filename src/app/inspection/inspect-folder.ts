import { dirname, join } from "node:path";
import type { Benchmark, Layout } from "../../data/benchmark/benchmark.ts";
import { classNamer, findNumbered } from "../../data/dataset/folder-names.ts";
import { readLabelFile } from "../../data/dataset/label-file.ts";
import { listImages } from "../../data/dataset/list-images.ts";
import { compareText, statOf } from "../../data/sources/folder-entry.ts";
import type { ImageEntry } from "../../data/sources/image-list.ts";
import {
  type FolderAside,
  type FolderWalk,
  findClassFolders,
  imagesBelow,
  NOTHING_ASIDE,
  openWalk,
} from "../../data/sources/walk-folder.ts";
import { InputError } from "../../foundation/errors.ts";

/** A folder of a benchmark as it is, right or wrong. Paths are below its root, "/" between. */
export interface FolderSurvey extends FolderAside {
  readonly root: string;
  readonly layout: Layout;
  /** the images that have a label, in canonical order */
  readonly images: readonly ImageEntry[];
  /** class folders with their images; none in other layouts */
  readonly folders: readonly { readonly name: string; readonly label: number; readonly images: number }[];
  /** folders that hold images and are no class */
  readonly unknownFolders: readonly { readonly name: string; readonly images: number }[];
  /** folders that cannot be read */
  readonly unreadable: readonly { readonly path: string; readonly reason: string }[];
  /** why the images cannot be listed at all; null where they can */
  readonly problem: string | null;
}

/**
 * Surveys a folder in the first of the benchmark's layouts that it has, as `listImages` reads it, but notes what that
 * one refuses. Synchronous reads, as there.
 *
 * @param cacheFolder  where the indexes of tars are kept
 * @returns null if it is laid out in none of them
 */
export async function surveyFolder(
  benchmark: Benchmark,
  root: string,
  cacheFolder?: string,
): Promise<FolderSurvey | null> {
  for (const layout of benchmark.layouts) {
    const survey =
      layout.kind === "class-folders"
        ? surveyClassFolders(benchmark, layout, root)
        : layout.kind === "flat"
          ? await surveyFlat(benchmark, layout, root)
          : await surveyTars(benchmark, layout, root, cacheFolder);
    if (survey !== null) return survey;
  }
  return null;
}

type ClassFolders = Layout & { kind: "class-folders" };
type Flat = Layout & { kind: "flat" };
type WebDataset = Layout & { kind: "web-dataset" };
type Unreadable = { path: string; reason: string }[];

/** A walk that goes on past folders that cannot be read, and notes them. */
function openSurvey(root: string): { walk: FolderWalk; unreadable: Unreadable } {
  const unreadable: Unreadable = [];
  const walk = openWalk(root, (path, cause) => {
    unreadable.push({ path, reason: `the folder cannot be read: ${(cause as NodeJS.ErrnoException).code}` });
  });
  return { walk, unreadable };
}

function surveyClassFolders(benchmark: Benchmark, layout: ClassFolders, root: string): FolderSurvey | null {
  const { walk, unreadable } = openSurvey(root);
  const images: ImageEntry[] = [];
  try {
    const found = findClassFolders(walk, classNamer(benchmark, layout.key));
    if (found === null) return null;
    const folders = found.map((folder) => {
      const before = images.length;
      for (const path of imagesBelow(walk, folder)) addImage(root, { path, label: folder.label }, images, unreadable);
      return { name: folder.name, label: folder.label, images: images.length - before };
    });
    images.sort((a, b) => a.label - b.label || compareText(a.path, b.path));
    folders.sort((a, b) => a.label - b.label || compareText(a.name, b.name));
    return { ...aside(walk), root, layout, images, folders, unknownFolders: walk.unknown, unreadable, problem: null };
  } catch (cause) {
    if (!(cause instanceof InputError)) throw cause;
    return { ...NOTHING, root, layout, problem: cause.message };
  }
}

function aside(walk: FolderAside): FolderAside {
  const { clutter, links, looseImages, strayFiles, notes, warnings, misplaced } = walk;
  return { clutter, links, looseImages, strayFiles, notes, warnings, misplaced };
}

async function surveyFlat(benchmark: Benchmark, layout: Flat, root: string): Promise<FolderSurvey | null> {
  const { walk, unreadable } = openSurvey(root);
  const numbered = findNumbered(walk, layout.pattern);
  if (numbered === null) return null;
  const labels = await readLabelFile(join(dirname(benchmark.path), layout.labels), benchmark.classes.size);
  const wnids = benchmark.classes.keys.get("wnid");
  const images: ImageEntry[] = [];
  const seen = new Set<number>();
  for (const { name, number, wnid } of numbered) {
    const label = labels[number - 1];
    const agrees = label !== undefined && (wnid === undefined || wnids === undefined || wnid === wnids[label]);
    if (agrees && !seen.has(number)) {
      seen.add(number);
      addImage(root, { path: name, label }, images, unreadable);
    } else walk.looseImages.push(name);
  }
  return { ...NOTHING, ...aside(walk), root, layout, images, unreadable };
}

const NOTHING = {
  images: [],
  folders: [],
  unknownFolders: [],
  ...NOTHING_ASIDE,
  unreadable: [],
  problem: null,
} as const;

async function surveyTars(
  benchmark: Benchmark,
  layout: WebDataset,
  root: string,
  cacheFolder: string | undefined,
): Promise<FolderSurvey | null> {
  try {
    const listed = await listImages({ ...benchmark, layouts: [layout] }, root, cacheFolder);
    return listed === null ? null : { ...NOTHING, ...aside(listed.aside), root, layout, images: [...listed.images] };
  } catch (cause) {
    if (!(cause instanceof InputError)) throw cause;
    return { ...NOTHING, root, layout, problem: cause.message };
  }
}

/** Adds an image file; what is no file (a pipe, which would never end) is noted instead. */
function addImage(root: string, image: Omit<ImageEntry, "bytes">, images: ImageEntry[], unreadable: Unreadable): void {
  const info = statOf(join(root, image.path));
  if (info === undefined && image.path.includes("\ufffd")) {
    unreadable.push({ path: image.path, reason: "its name is not UTF-8, so it cannot be opened by it; rename it" });
  } else if (info !== undefined && !info.isFile())
    unreadable.push({ path: image.path, reason: "it is no regular file" });
  else images.push({ path: image.path, bytes: info?.size ?? 0, label: image.label }); // of a link to nothing its check tells
}
