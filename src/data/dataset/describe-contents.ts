import { join } from "node:path";
import { InputError } from "../../foundation/errors.ts";
import { plural } from "../../foundation/number-text.ts";
import { type Benchmark, listBenchmarks, readBenchmark } from "../benchmark/benchmark.ts";
import { describeLayouts, folderKeys } from "../benchmark/layout.ts";
import { clutterKind } from "../sources/clutter.ts";
import { compareText, IMAGE_NAME, isFolder, listFolder } from "../sources/folder-entry.ts";
import type { SourceRoot } from "../sources/image-source.ts";
import { CONTAINER_ENDINGS, SOURCE_FORMATS } from "../sources/source-formats.ts";
import { classNamer } from "./class-folder-names.ts";
import { nameFew } from "./describe-aside.ts";
import { likelyBenchmarks } from "./likely-place.ts";
import { listImages } from "./list-images.ts";
import { describeUnread } from "./unread-files.ts";

/** Maximum number of entries of a folder that are examined. */
const MAX_ENTRIES = 5000;
/** Maximum number of folders in which a nested benchmark is looked for, and the maximum depth. */
const MAX_FOLDERS = 64;
const MAX_DEPTH = 3;
/** Maximum number of benchmarks named where images may belong to several. */
const FEW = 3;

/**
 * Describes a place in which no images of a benchmark were found: what it contains, what it appears to be, and what to
 * do. `evaluate` stops with this message and `inspect` reports it.
 *
 * @param benchmarks   those that were looked for
 * @param cacheFolder  where the indexes of containers are kept
 */
export async function describeContents(
  benchmarks: readonly Benchmark[],
  place: SourceRoot,
  cacheFolder?: string,
): Promise<string> {
  const entries = place.files === undefined ? readEntries(place.root) : [];
  const expected = `; expected ${describeExpected(benchmarks)}`;
  if (place.files === undefined && entries.length === 0) return `the folder is empty${expected}`;
  const below = place.files === undefined ? await placesBelow(benchmarks, place.root, entries, cacheFolder) : [];
  if (below.length > 0) return `images of a benchmark may be in ${nameFew(below)}`;
  const likely = await describeLikely(benchmarks, place, cacheFolder);
  const files = place.files ?? entries.filter(({ isFolder }) => !isFolder).map(({ name }) => name);
  const databases = entries.flatMap(({ name, isFolder }) => (isFolder && DATABASE.test(name) ? [name] : []));
  const unread = describeUnread(place.root, [...files, ...databases]);
  const contained = await describeContainers(place, cacheFolder);
  if (contained !== null) return likely === null ? `${contained}${expected}` : `${contained}; ${likely}`;
  if (unread !== null) return unread;
  return likely ?? `${place.files === undefined ? describeEntries(benchmarks, entries) : NO_CONTAINER}${expected}`;
}

/** Names of folders that are a database. */
const DATABASE = /\.lmdb$/i;

const NO_CONTAINER = "it is not a known image container";

function describeExpected(benchmarks: readonly Benchmark[]): string {
  const [first, ...furtherBenchmarks] = benchmarks;
  if (first !== undefined && furtherBenchmarks.length === 0) return describeLayouts(first.layouts);
  const names = benchmarks.flatMap(({ folders }) => folders.slice(0, 1));
  return `folders or archives named like ${nameFew(names)}`;
}

/** Describes which other benchmark of those that ship with the package it may be. */
async function describeLikely(
  benchmarks: readonly Benchmark[],
  place: SourceRoot,
  cacheFolder: string | undefined,
): Promise<string | null> {
  const ids = (await listBenchmarks()).filter((id) => benchmarks.every((benchmark) => benchmark.id !== id));
  const likely = await likelyBenchmarks(await Promise.all(ids.map(readBenchmark)), place, cacheFolder);
  if (likely === null) return null;
  return `${likely.by} ${likely.ids.slice(0, FEW).join(" or ")}; if it is that set, specify it as --data-dir ${likely.ids[0]}=PATH`;
}

/** Describes what the readable containers contain, or why they cannot be read. */
async function describeContainers(place: SourceRoot, cacheFolder: string | undefined): Promise<string | null> {
  for (const { open } of SOURCE_FORMATS) {
    const source = open(place);
    try {
      const contents = await source.describe?.({ cacheFolder, onFault: () => true });
      if (contents !== undefined && contents !== null) return contents;
    } catch (cause) {
      if (!(cause instanceof InputError)) throw cause;
      return cause.message;
    } finally {
      await source.close();
    }
  }
  return null;
}

/** Images of ImageNet's test set. */
const TEST_IMAGE = /_test_\d{8}\./;

function describeEntries(benchmarks: readonly Benchmark[], entries: readonly Entry[]): string {
  const folders = entries.filter(({ isFolder }) => isFolder).map(({ name }) => name);
  const numbers = folders.filter((name) => /^\d+$/.test(name));
  if (numbers.length > 0 && numbers.length === folders.length) {
    const [key = "class"] = folderKeys(benchmarks[0]?.layouts ?? []);
    return `its folders are named by numbers (${nameFew(numbers)}), which are not in its class list; name them by ${key}`;
  }
  const images = entries.filter(({ name }) => IMAGE_NAME.test(name));
  if (images.length > 0 && images.every(({ name }) => TEST_IMAGE.test(name))) {
    const some = images.length === 1 ? "its 1 image is" : `its ${images.length} images are`;
    return `${some} from the test set, whose labels are not published; get the validation set`;
  }
  if (images.length > 0) {
    return `it contains ${plural(images.length, "image")} of unknown class; put each in the folder of its class`;
  }
  if (folders.length > 0) return `its folders are named ${nameFew(folders)}`;
  return `it contains ${nameFew(entries.map(({ name }) => name))}`;
}

interface Entry {
  readonly name: string;
  readonly isFolder: boolean;
}

function readEntries(path: string): Entry[] {
  try {
    return listFolder(path, ".")
      .filter(({ name }) => clutterKind(name) === null)
      .slice(0, MAX_ENTRIES)
      .map((entry) => ({ name: entry.name, isFolder: isFolder(path, ".", entry) }))
      .sort((a, b) => compareText(a.name, b.name));
  } catch {
    return [];
  }
}

/** Finds the nearest folders below that contain the images of one of the benchmarks. */
async function placesBelow(
  benchmarks: readonly Benchmark[],
  root: string,
  entries: readonly Entry[],
  cacheFolder: string | undefined,
): Promise<string[]> {
  let level = foldersIn(root, entries);
  for (let depth = 1; depth <= MAX_DEPTH && level.length > 0; depth++) {
    const fitting: string[] = [];
    const next: string[] = [];
    for (const folder of level.slice(0, MAX_FOLDERS)) {
      const inside = readEntries(folder);
      const isThere = benchmarks.some((benchmark) => fits(benchmark, inside));
      if (isThere || (await holdsContainer(benchmarks, folder, inside, cacheFolder))) fitting.push(folder);
      else next.push(...foldersIn(folder, inside));
    }
    if (fitting.length > 0) return fitting;
    level = next;
  }
  return [];
}

function foldersIn(root: string, entries: readonly Entry[]): string[] {
  return entries.flatMap(({ name, isFolder }) => (isFolder ? [join(root, name)] : []));
}

async function holdsContainer(
  benchmarks: readonly Benchmark[],
  folder: string,
  entries: readonly Entry[],
  cacheFolder: string | undefined,
): Promise<boolean> {
  const isContainer = (name: string) => CONTAINER_ENDINGS.some((ending) => name.toLowerCase().endsWith(ending));
  if (!entries.some(({ name, isFolder }) => !isFolder && isContainer(name))) return false;
  for (const benchmark of benchmarks) {
    const listed = await listImages(benchmark, { root: folder }, cacheFolder).catch(() => null);
    if ((listed?.images.length ?? 0) > 0) return true;
  }
  return false;
}

/** Whether a folder contains class folders or numbered files of a benchmark. */
function fits(benchmark: Benchmark, entries: readonly Entry[]): boolean {
  return benchmark.layouts.some((layout) => {
    if (layout.kind === "web-dataset" || layout.kind === "solution-file") return false; // identified by their containers
    if (layout.kind === "flat") {
      const pattern = new RegExp(layout.pattern);
      return entries.some(({ name, isFolder }) => !isFolder && pattern.test(name));
    }
    const folders = entries.filter(({ isFolder }) => isFolder).map(({ name }) => name);
    if (layout.kind === "class-folders") {
      const labelOf = classNamer(benchmark, layout.key);
      return folders.some((name) => labelOf(name) !== undefined);
    }
    return layout.keys.some((key) => {
      const labelOf = classNamer(benchmark, key);
      return folders.length > 1 && folders.every((name) => labelOf(name) !== undefined);
    });
  });
}
