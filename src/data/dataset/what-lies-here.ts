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

/** Entries of a folder that are looked at. */
const MAX_ENTRIES = 5000;
/** Folders that are looked into, for a benchmark that lies deeper, and how deep. */
const MAX_FOLDERS = 64;
const MAX_DEPTH = 3;
/** Benchmarks that are named where images may be of several. */
const FEW = 3;

/**
 * What is in a place in which no images of a benchmark were found, what it looks like, and the one step that is missing. This
 * is what `evaluate` stops with and what `inspect` finds.
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
  if (below.length > 0) return `did you mean ${nameFew(below)}?`;
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

const NO_CONTAINER = "it is no container of images that is known";

function describeExpected(benchmarks: readonly Benchmark[]): string {
  const [first, ...others] = benchmarks;
  if (first !== undefined && others.length === 0) return describeLayouts(first.layouts);
  const names = benchmarks.flatMap(({ folders }) => folders.slice(0, 1));
  return `folders or archives called as ${nameFew(names)}`;
}

/** Another benchmark that it is, of those that ship. */
async function describeLikely(
  benchmarks: readonly Benchmark[],
  place: SourceRoot,
  cacheFolder: string | undefined,
): Promise<string | null> {
  const ids = (await listBenchmarks()).filter((id) => benchmarks.every((benchmark) => benchmark.id !== id));
  const likely = await likelyBenchmarks(await Promise.all(ids.map(readBenchmark)), place, cacheFolder);
  if (likely === null) return null;
  return `${likely.by} ${likely.ids.slice(0, FEW).join(" or ")}; is it that set? name it with --data-dir ${likely.ids[0]}=PATH`;
}

/** What the containers hold that are read, or why they are not. */
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

/** Images of the test set of ImageNet. */
const TEST_IMAGE = /_test_\d{8}\./;

function describeEntries(benchmarks: readonly Benchmark[], entries: readonly Entry[]): string {
  const folders = entries.filter(({ isFolder }) => isFolder).map(({ name }) => name);
  const numbers = folders.filter((name) => /^\d+$/.test(name));
  if (numbers.length > 0 && numbers.length === folders.length) {
    const [key = "class"] = folderKeys(benchmarks[0]?.layouts ?? []);
    return `its folders are named by numbers (${nameFew(numbers)}), which are none of its class list; name them by ${key}`;
  }
  const images = entries.filter(({ name }) => IMAGE_NAME.test(name));
  if (images.length > 0 && images.every(({ name }) => TEST_IMAGE.test(name))) {
    const some = images.length === 1 ? "its 1 image is" : `its ${images.length} images are`;
    return `${some} of the test set, whose labels are not published; get the validation set`;
  }
  if (images.length > 0) {
    return `${plural(images.length, "image")} lie${images.length === 1 ? "s" : ""} in it, and nothing says of what class: put each in the folder of its class`;
  }
  if (folders.length > 0) return `its folders are called ${nameFew(folders)}`;
  return `it holds ${nameFew(entries.map(({ name }) => name))}`;
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

/** The folders nearest below that hold the images of one of the benchmarks. */
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

/** Whether a folder holds class folders or numbered files of a benchmark. */
function fits(benchmark: Benchmark, entries: readonly Entry[]): boolean {
  return benchmark.layouts.some((layout) => {
    if (layout.kind === "web-dataset" || layout.kind === "solution-file") return false; // known by their containers
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
