import { dirname, join } from "node:path";
import { InputError } from "../../foundation/errors.ts";
import { parseWhole } from "../../foundation/files/parse-whole.ts";
import type { Benchmark, Layout } from "../benchmark/benchmark.ts";
import { classKeys } from "../benchmark/class-list.ts";
import { compareText, imageBytes } from "../sources/folder-entry.ts";
import { collectImages, type ImageEntry, type ImageList } from "../sources/image-list.ts";
import {
  type ClassFolder,
  type FolderAside,
  type FolderWalk,
  findClassFolders,
  imagesBelow,
  NOTHING_ASIDE,
  openWalk,
} from "../sources/walk-folder.ts";
import { classNamer, findNumbered } from "./folder-names.ts";
import { readLabelFile } from "./label-file.ts";
import { listWebDataset } from "./web-dataset.ts";

/** A benchmark's images in a folder, and what else lies there. */
export interface ListedImages {
  readonly layout: Layout;
  readonly images: ImageList;
  readonly aside: FolderAside;
}

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
): Promise<ListedImages | null> {
  for (const layout of benchmark.layouts) {
    const listed =
      layout.kind === "flat"
        ? await listFlat(benchmark, layout, openWalk(root))
        : layout.kind === "class-folders"
          ? listClassFolders(benchmark, layout.key, openWalk(root))
          : await listTars(benchmark, layout, root, cacheFolder);
    if (listed !== null) return { layout, ...listed };
  }
  return null;
}

type Listed = Omit<ListedImages, "layout"> | null;

function listClassFolders(benchmark: Benchmark, key: string, walk: FolderWalk): Listed {
  const folders = findClassFolders(walk, classNamer(benchmark, key));
  if (folders === null) return null;
  const [unknown] = walk.unknown;
  if (unknown !== undefined) {
    throw new InputError(
      `${join(walk.root, unknown.name)}: holds images, but its name is not the ${key} of a class of ${benchmark.id} (${benchmark.classes.size} classes); move it elsewhere, or is this another benchmark?`,
    );
  }
  return { images: collectImages(imagesByClass(walk, folders)), aside: walk };
}

/** One class at a time: a large benchmark's images are never all there as objects. */
function* imagesByClass(walk: FolderWalk, folders: readonly ClassFolder[]): Iterable<ImageEntry> {
  for (let from = 0; from < folders.length; ) {
    const { label } = folders[from] as ClassFolder;
    const paths: string[] = [];
    for (; folders[from]?.label === label; from++) {
      for (const path of imagesBelow(walk, folders[from] as ClassFolder)) paths.push(path);
    }
    for (const path of paths.sort(compareText)) yield { path, bytes: imageBytes(walk.root, path), label };
  }
}

async function listFlat(benchmark: Benchmark, layout: Layout & { kind: "flat" }, walk: FolderWalk): Promise<Listed> {
  const { root } = walk;
  const numbered = findNumbered(walk, layout.pattern);
  if (numbered === null) return null;
  const labels = await readLabelFile(join(dirname(benchmark.path), layout.labels), benchmark.classes.size);
  const wnids = benchmark.classes.keys.get("wnid");
  const images = numbered.map(({ name, number, wnid }, i) => {
    const label = labels[number - 1];
    if (label === undefined) {
      throw new InputError(`${join(root, name)}: its number is not in 1…${labels.length}, so its label is not known`);
    }
    if (numbered[i - 1]?.number === number) {
      throw new InputError(`${join(root, name)}: a second image of number ${number}, beside ${numbered[i - 1]?.name}`);
    }
    if (wnid !== undefined && wnids !== undefined && wnid !== wnids[label]) {
      throw new InputError(
        `${join(root, name)}: its name says ${wnid}, but the image of number ${number} is of ${wnids[label]}; were the files numbered anew?`,
      );
    }
    return { path: name, bytes: imageBytes(root, name), label };
  });
  return { images: collectImages(images), aside: walk };
}

/** The images of a WebDataset in the order of its shards, labelled in the benchmark's classes. */
async function listTars(
  benchmark: Benchmark,
  layout: Layout & { kind: "web-dataset" },
  root: string,
  cacheFolder: string | undefined,
): Promise<Listed> {
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
  return {
    images: collectImages(entries()),
    aside: { ...NOTHING_ASIDE, clutter: set.clutter, notes: set.notes, warnings: set.warnings },
  };
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
