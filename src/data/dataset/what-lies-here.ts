import { join } from "node:path";
import { readRegularIntoSync } from "../../foundation/files/regular-file.ts";
import type { Benchmark } from "../benchmark/benchmark.ts";
import { folderKeys } from "../benchmark/layout.ts";
import { clutterKind } from "../sources/clutter.ts";
import { compareText, IMAGE_NAME, isFolder, listFolder } from "../sources/folder-entry.ts";
import { classNamer } from "./class-folder-names.ts";
import { nameFew } from "./describe-aside.ts";

/** Entries of a folder that are looked at. */
const MOST_ENTRIES = 5000;
/** Folders that are looked into, for a benchmark that lies one deeper. */
const MOST_FOLDERS = 64;
/** First bytes that tell a container: a tar's mark is at byte 257. */
const HEAD = 512;

/** Containers by their first bytes: what they are, and the one step that makes them readable. */
const CONTAINERS: readonly (readonly [test: (head: string, name: string) => boolean, what: string, step: string])[] = [
  [(head) => head.startsWith("PAR1"), "Parquet", writtenByPython("parquet")],
  [(head) => head.startsWith("ARROW1") || head.startsWith("\xff\xff\xff\xff"), "Arrow", writtenByPython("arrow")],
  [(head) => head.startsWith("\x1f\x8b"), "gzip", "unpack it with tar -xzf"],
  [(head) => head.startsWith("\x28\xb5\x2f\xfd"), "zstd", "unpack it with tar --zstd -xf"],
  [(head) => head.startsWith("BZh"), "bzip2", "unpack it with tar -xjf"],
  [(head) => head.startsWith("\xfd7zXZ"), "xz", "unpack it with tar -xJf"],
  [(head) => head.startsWith("PK\x03\x04") || head.startsWith("PK\x05\x06"), "zip", "unpack it with unzip"],
  [(head) => head.startsWith("7z\xbc\xaf"), "7z", "unpack it with 7z x"],
  [(head) => head.startsWith("Rar!"), "RAR", "unpack it with unrar x"],
  [(head) => head.startsWith("\x89HDF"), "HDF5", "write its images as files, one folder a class"],
  [(head) => head.startsWith("version https://git-lfs"), "Git LFS pointers", "fetch the files with git lfs pull"],
  [(head, name) => head.slice(257, 262) === "ustar" || name.endsWith(".tar"), "a packed tar", "unpack it with tar -xf"],
  [
    (_, name) => /\.(?:tfrecord|tfrecords)(?:[-.]|$)|tfrecord-\d/.test(name),
    "TFRecord",
    "write its images as files, one folder a class",
  ],
  [
    (_, name) => /\.(?:beton|lmdb|mdb)$/.test(name),
    "a database of images",
    "write its images as files, one folder a class",
  ],
];

function writtenByPython(format: "parquet" | "arrow"): string {
  return `write its images as files, one folder a class, as with Python's datasets: load_dataset("${format}", data_files=…)`;
}

/**
 * What is in a folder in which no images of a benchmark were found, and the one step that is missing, for the message:
 * empty, a container that is not read, folders named by another column, or the right folder one level below.
 */
export function describeContents(benchmark: Benchmark, root: string): string {
  const entries = readEntries(root);
  if (entries.length === 0) return "the folder is empty";
  const below = foldersThatFit(benchmark, root, entries);
  if (below.length > 0) return `did you mean ${nameFew(below.map((name) => join(root, name)))}?`;
  const container = findContainer(root, entries);
  if (container !== null) return container;
  const folders = entries.filter(({ isFolder }) => isFolder).map(({ name }) => name);
  const numbers = folders.filter((name) => /^\d+$/.test(name));
  if (numbers.length > 0 && numbers.length === folders.length) return describeNumbers(benchmark, numbers);
  const images = entries.filter(({ name }) => IMAGE_NAME.test(name)).length;
  if (images > 0) {
    return `there are ${images} images in it, and nothing says what class each is of: put each in the folder of its class`;
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
      .slice(0, MOST_ENTRIES)
      .map((entry) => ({ name: entry.name, isFolder: isFolder(path, ".", entry) }))
      .sort((a, b) => compareText(a.name, b.name));
  } catch {
    return [];
  }
}

/** Folders one level below that hold class folders or numbered files of the benchmark. */
function foldersThatFit(benchmark: Benchmark, root: string, entries: readonly Entry[]): string[] {
  const folders = entries.filter(({ isFolder }) => isFolder).slice(0, MOST_FOLDERS);
  return folders.map(({ name }) => name).filter((name) => fits(benchmark, readEntries(join(root, name))));
}

/** Whether a folder holds class folders or numbered files of a benchmark. */
export function looksLike(benchmark: Benchmark, root: string): boolean {
  return fits(benchmark, readEntries(root));
}

function fits(benchmark: Benchmark, entries: readonly Entry[]): boolean {
  return benchmark.layouts.some((layout) => {
    if (layout.kind === "web-dataset" || layout.kind === "solution-file") return false; // test/ is looked into anyway
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

/** The first kind of container that is there. */
function findContainer(root: string, entries: readonly Entry[]): string | null {
  const files = entries.filter(({ name, isFolder }) => !isFolder && !IMAGE_NAME.test(name)).map(({ name }) => name);
  for (const name of files.slice(0, MOST_FOLDERS)) {
    const head = readHead(join(root, name));
    const kind = CONTAINERS.find(([test]) => test(head, name.toLowerCase()));
    if (kind === undefined) continue;
    const [, what, step] = kind;
    const like = files.filter((other) => other === name || extension(other) === extension(name)).length;
    const more = like > 1 ? ` and ${like - 1} more` : "";
    return `${name}${more}: ${what}, which is not read here; ${step}`;
  }
  return null;
}

function extension(name: string): string {
  return name.slice(name.lastIndexOf(".") + 1).toLowerCase();
}

/** The first bytes of a regular file, a character each; empty for others. */
function readHead(path: string): string {
  try {
    const head = Buffer.alloc(HEAD);
    return head.toString("latin1", 0, readRegularIntoSync(path, head, 0));
  } catch {
    return "";
  }
}

/** Numbers that are those of no column: others stop the listing, which says of which they may be. */
function describeNumbers(benchmark: Benchmark, names: readonly string[]): string {
  const [key = "class"] = folderKeys(benchmark.layouts);
  return `its folders are named by numbers (${nameFew(names)}), which are none of its class list; name them by ${key}`;
}
