import { type Dirent, readdirSync, type Stats, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseWhole } from "../files/parse-whole.ts";
import { readError } from "../files/read-text.ts";
import { InputError } from "../input-error.ts";
import type { Benchmark, Layout } from "./benchmark.ts";
import { classKeys } from "./class-list.ts";
import { collectImages, type ImageEntry, type ImageList } from "./image-list.ts";
import { readLabelFile } from "./label-file.ts";
import { listWebDataset } from "./web-dataset.ts";

/** Names of files that count as images. */
export const IMAGE_NAME = /\.(?:jpe?g|png|webp|gif|tiff?|bmp)$/i;

/**
 * Lists the images below a folder that is laid out in one of the benchmark's ways, in canonical order: by class, then
 * by path (flat: by number). Other files are passed over. Synchronous reads: for 50,000 files three times as fast, and
 * nothing else runs yet.
 *
 * @param cacheFolder  where the indexes of tars are kept; each is read anew where absent
 * @returns null if the folder is laid out in none of them
 * @throws InputError for a folder of images that is no class of the benchmark, or what cannot be read
 */
export async function listImages(
  benchmark: Benchmark,
  root: string,
  cacheFolder?: string,
): Promise<{ layout: Layout; images: ImageList } | null> {
  const entries = readFolder(root);
  for (const layout of benchmark.layouts) {
    const images =
      layout.kind === "flat"
        ? await listFlat(benchmark, layout, root, entries)
        : layout.kind === "class-folders"
          ? listClassFolders(benchmark, layout.key, root, entries)
          : await listTars(benchmark, layout, root, cacheFolder);
    if (images !== null) return { layout, images };
  }
  return null;
}

function listClassFolders(benchmark: Benchmark, key: string, root: string, entries: Dirent[]): ImageList | null {
  const keys = classKeys(benchmark.classes, key, benchmark.path);
  const classOf = new Map(keys.map((value, index) => [value, index]));
  const folders = entries.filter((entry) => isFolder(root, entry));
  // By number, never by the order of names: "10" comes after "9", and "009" is 9
  const named = (name: string) => classOf.get(/^\d+$/.test(name) ? String(Number(name)) : name);
  if (!folders.some((folder) => named(folder.name) !== undefined)) return null;
  const foldersOf = new Map<number, string[]>();
  for (const { name } of folders) {
    const label = named(name);
    if (label === undefined) refuseUnknownClass(benchmark, join(root, name), key);
    else foldersOf.set(label, [...(foldersOf.get(label) ?? []), name]);
  }
  return collectImages(imagesByClass(root, foldersOf));
}

/** One class at a time: a large benchmark's images are never all there as objects. */
function* imagesByClass(root: string, foldersOf: ReadonlyMap<number, readonly string[]>): Iterable<ImageEntry> {
  for (const label of [...foldersOf.keys()].sort((a, b) => a - b)) {
    const paths = (foldersOf.get(label) as string[]).flatMap((folder) => imagesBelow(root, folder));
    for (const path of paths.sort(compareText)) yield { path, bytes: statOf(join(root, path))?.size ?? 0, label };
  }
}

function refuseUnknownClass(benchmark: Benchmark, folder: string, key: string): void {
  if (!readFolder(folder).some((entry) => IMAGE_NAME.test(entry.name))) return;
  throw new InputError(
    `${folder}: holds images, but its name is not the ${key} of a class of ${benchmark.id} (${benchmark.classes.size} classes); move it elsewhere, or is this another benchmark?`,
  );
}

async function listFlat(
  benchmark: Benchmark,
  layout: Layout & { kind: "flat" },
  root: string,
  entries: Dirent[],
): Promise<ImageList | null> {
  const pattern = new RegExp(layout.pattern);
  const numbered = entries.flatMap((entry) => {
    const match = pattern.exec(entry.name);
    return match === null ? [] : [{ name: entry.name, number: Number(match[1]) }];
  });
  if (numbered.length === 0) return null;
  const labels = await readLabelFile(join(dirname(benchmark.path), layout.labels), benchmark.classes.size);
  numbered.sort((a, b) => a.number - b.number || compareText(a.name, b.name));
  const images = numbered.map(({ name, number }, i) => {
    const label = labels[number - 1];
    if (label === undefined) {
      throw new InputError(`${join(root, name)}: its number is not in 1…${labels.length}, so its label is not known`);
    }
    if (numbered[i - 1]?.number === number) {
      throw new InputError(`${join(root, name)}: a second image of number ${number}, beside ${numbered[i - 1]?.name}`);
    }
    return { path: name, bytes: statOf(join(root, name))?.size ?? 0, label };
  });
  return collectImages(images);
}

/** The images of a WebDataset in the order of its shards, labelled in the benchmark's classes. */
async function listTars(
  benchmark: Benchmark,
  layout: Layout & { kind: "web-dataset" },
  root: string,
  cacheFolder: string | undefined,
): Promise<ImageList | null> {
  const rows = labelRows(benchmark, layout.key);
  const set = await listWebDataset(root, {
    classes: rows.length,
    ...(cacheFolder === undefined ? {} : { cacheFolder }),
  });
  if (set === null) return null;
  const entries = function* (): Iterable<ImageEntry> {
    for (const { tar, member, offset, bytes, label } of set.images) {
      const place = { file: tar, offset, bytes, state: set.states.get(tar) as string };
      yield { path: `${tar}/${member}`, bytes, label: rows[label] as number, tar: place };
    }
  };
  return collectImages(entries());
}

/** The set's own class index → row of the class list. */
function labelRows(benchmark: Benchmark, key: string | undefined): number[] {
  if (key === undefined) return Array.from({ length: benchmark.classes.size }, (_, row) => row);
  const rows: number[] = [];
  for (const [row, value] of classKeys(benchmark.classes, key, benchmark.path).entries()) {
    if (value === "") continue;
    const label = parseWhole(value);
    const fault = label === null ? `expected a number from 0 on, got "${value}"` : `${label} is there twice`;
    if (label === null || rows[label] !== undefined) {
      throw new InputError(`${benchmark.path}: the class list's column ${key}: ${fault}`);
    }
    rows[label] = row;
  }
  // a label that is skipped has no class: it would be read as some other
  for (let label = 0; label < rows.length; label++) {
    if (rows[label] !== undefined) continue;
    throw new InputError(
      `${benchmark.path}: the class list's column ${key}: ${label} is missing, up to ${rows.length - 1}`,
    );
  }
  return rows;
}

/** Paths of the image files below root/folder at any depth, relative to root, "/" between. */
function imagesBelow(root: string, folder: string): string[] {
  const paths: string[] = [];
  for (const entry of readFolder(join(root, folder))) {
    const path = `${folder}/${entry.name}`;
    if (entry.name.startsWith(".")) continue;
    if (isFolder(join(root, folder), entry)) paths.push(...imagesBelow(root, path));
    else if (IMAGE_NAME.test(entry.name)) paths.push(path);
  }
  return paths;
}

function readFolder(path: string): Dirent[] {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch (cause) {
    throw readError(path, cause);
  }
}

/** Whether an entry is a folder, or a link to one. */
export function isFolder(parent: string, entry: Dirent): boolean {
  if (!entry.isSymbolicLink()) return entry.isDirectory();
  return statOf(join(parent, entry.name))?.isDirectory() ?? false;
}

/** undefined for what is not there, also where a link leads nowhere or in a circle. */
export function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** By code unit, as Python sorts: the same order on every machine, whatever its language. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
