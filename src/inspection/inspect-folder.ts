import { type Dirent, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Benchmark, Layout } from "../dataset/benchmark.ts";
import { classKeys } from "../dataset/class-list.ts";
import type { ImageEntry } from "../dataset/image-list.ts";
import { readLabelFile } from "../dataset/label-file.ts";
import { compareText, IMAGE_NAME, isFolder, listImages, statOf } from "../dataset/list-images.ts";
import { InputError } from "../input-error.ts";

/** A folder of a benchmark as it is, right or wrong. Paths are below its root, "/" between. */
export interface FolderSurvey {
  readonly root: string;
  readonly layout: Layout;
  /** the images that have a label, in canonical order */
  readonly images: readonly ImageEntry[];
  /** class folders with their images; none in other layouts */
  readonly folders: readonly { readonly name: string; readonly label: number; readonly images: number }[];
  /** folders that hold images and are no class */
  readonly unknownFolders: readonly { readonly name: string; readonly images: number }[];
  /** images without a label: beside the class folders, or flat ones of no known number */
  readonly looseImages: readonly string[];
  /** other files, hidden ones not counted */
  readonly strayFiles: number;
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
type Folders = { name: string; label: number; images: number }[];
type Unreadable = { path: string; reason: string }[];

function surveyClassFolders(benchmark: Benchmark, layout: ClassFolders, root: string): FolderSurvey | null {
  const classOf = new Map(classKeys(benchmark.classes, layout.key, benchmark.path).map((key, row) => [key, row]));
  const named = (name: string) => classOf.get(/^\d+$/.test(name) ? String(Number(name)) : name);
  const unreadable: Unreadable = [];
  const entries = read(root, ".", unreadable);
  const isClass = new Map(entries.filter((entry) => isFolder(root, entry)).map(({ name }) => [name, named(name)]));
  if (![...isClass.values()].some((label) => label !== undefined)) return null;
  const images: ImageEntry[] = [];
  const folders: Folders = [];
  const unknownFolders: { name: string; images: number }[] = [];
  const looseImages: string[] = [];
  let strayFiles = 0;
  for (const { name } of entries) {
    if (!isClass.has(name)) {
      if (IMAGE_NAME.test(name) && !name.startsWith(".")) looseImages.push(name);
      else if (!name.startsWith(".")) strayFiles++;
      continue;
    }
    const label = isClass.get(name);
    if (label === undefined) {
      const inside = read(root, name, unreadable).filter((entry) => IMAGE_NAME.test(entry.name)).length;
      if (inside > 0) unknownFolders.push({ name, images: inside });
      continue;
    }
    const before = images.length;
    strayFiles += listBelow(root, name, label, images, unreadable);
    folders.push({ name, label, images: images.length - before });
  }
  images.sort((a, b) => a.label - b.label || compareText(a.path, b.path));
  folders.sort((a, b) => a.label - b.label || compareText(a.name, b.name));
  return { root, layout, images, folders, unknownFolders, looseImages, strayFiles, unreadable, problem: null };
}

/** Adds the images below a folder at any depth. @returns the other files there */
function listBelow(root: string, folder: string, label: number, images: ImageEntry[], unreadable: Unreadable): number {
  let stray = 0;
  for (const entry of read(root, folder, unreadable)) {
    if (entry.name.startsWith(".")) continue;
    const path = `${folder}/${entry.name}`;
    if (isFolder(join(root, folder), entry)) stray += listBelow(root, path, label, images, unreadable);
    else if (IMAGE_NAME.test(entry.name)) addImage(root, { path, label }, images, unreadable);
    else stray++;
  }
  return stray;
}

async function surveyFlat(benchmark: Benchmark, layout: Flat, root: string): Promise<FolderSurvey | null> {
  const unreadable: Unreadable = [];
  const pattern = new RegExp(layout.pattern);
  const entries = read(root, ".", unreadable).filter((entry) => !entry.name.startsWith("."));
  if (!entries.some((entry) => pattern.test(entry.name))) return null;
  const labels = await readLabelFile(join(dirname(benchmark.path), layout.labels), benchmark.classes.size);
  const numberOf = new Map<string, number>();
  const images: ImageEntry[] = [];
  const looseImages: string[] = [];
  const seen = new Set<number>();
  let strayFiles = 0;
  for (const entry of entries) {
    if (isFolder(root, entry)) continue;
    const number = Number(pattern.exec(entry.name)?.[1]);
    const label = labels[number - 1];
    if (label !== undefined && !seen.has(number)) {
      seen.add(number);
      numberOf.set(entry.name, number);
      addImage(root, { path: entry.name, label }, images, unreadable);
    } else if (IMAGE_NAME.test(entry.name)) looseImages.push(entry.name);
    else strayFiles++;
  }
  images.sort((a, b) => (numberOf.get(a.path) as number) - (numberOf.get(b.path) as number));
  return { ...NOTHING, root, layout, images, looseImages, strayFiles, unreadable };
}

const NOTHING = {
  images: [],
  folders: [],
  unknownFolders: [],
  looseImages: [],
  strayFiles: 0,
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
    return listed === null ? null : { ...NOTHING, root, layout, images: [...listed.images] };
  } catch (cause) {
    if (!(cause instanceof InputError)) throw cause;
    return { ...NOTHING, root, layout, problem: cause.message };
  }
}

function read(root: string, folder: string, unreadable: Unreadable): Dirent[] {
  try {
    return readdirSync(join(root, folder), { withFileTypes: true });
  } catch (cause) {
    unreadable.push({ path: folder, reason: `the folder cannot be read: ${(cause as NodeJS.ErrnoException).code}` });
    return [];
  }
}

/** Adds an image file; what is no file (a pipe, which would never end) is noted instead. */
function addImage(root: string, image: Omit<ImageEntry, "bytes">, images: ImageEntry[], unreadable: Unreadable): void {
  const info = statOf(join(root, image.path));
  if (info !== undefined && !info.isFile()) unreadable.push({ path: image.path, reason: "it is no regular file" });
  else images.push({ path: image.path, bytes: info?.size ?? 0, label: image.label }); // of a link to nothing its check tells
}
