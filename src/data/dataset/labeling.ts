import { dirname, join, posix } from "node:path";
import { InputError } from "../../foundation/errors.ts";
import { parseWhole } from "../../foundation/files/parse-csv.ts";
import type { Benchmark } from "../benchmark/benchmark.ts";
import { classKeys } from "../benchmark/class-list.ts";
import type { Layout } from "../benchmark/layout.ts";
import { IMAGE_NAME } from "../sources/folder-entry.ts";
import type { ImageEntry } from "../sources/image-entry.ts";
import type { LabelOrigin } from "../sources/image-source.ts";
import { classNamer } from "./class-folder-names.ts";
import { checkAgainstPaths } from "./contradicting-paths.ts";
import { readLabelFile } from "./label-file.ts";
import { sampleLabels } from "./sample-labels.ts";
import { readSolutionFile } from "./solution-file.ts";

/**
 * How a layout labels images: where a source finds the numbers, and which row of the class list each number represents.
 */
export interface Labeling {
  readonly origin: LabelOrigin;
  /**
   * Labels images with rows of the class list.
   *
   * @param onUnlabeled  called with each image of unknown class and the reason; throws to stop there
   */
  label(images: Iterable<ImageEntry>, onUnlabeled: OnUnlabeled): Promise<Iterable<ImageEntry>>;
}

export type OnUnlabeled = (path: string, error: InputError) => void;

/**
 * Opens the labels of a layout.
 *
 * @param root  of the images
 * @returns null where the layout's labels do not exist
 * @throws InputError for labels that are not classes, or a class list whose labels are not consecutive numbers
 */
export async function openLabeling(benchmark: Benchmark, layout: Layout, root: string): Promise<Labeling | null> {
  switch (layout.kind) {
    case "class-folders":
      return {
        origin: { from: "folder name", labelOf: classNamer(benchmark, layout.key) },
        label: async (images) => images, // the label of a folder's name is already a row
      };
    case "numbered-folders":
      throw new Error("numbered folders are listed by the column that their numbers belong to");
    case "solution-file": {
      const solution = await readSolutionFile(benchmark, layout, root);
      if (solution === null) return null;
      return {
        origin: { from: "file name", numberOf: (name) => solution.rowOf.get(imageStem(name) ?? "") },
        label: async (images, onUnlabeled) => withoutDuplicates(images, root, onUnlabeled),
      };
    }
    case "flat": {
      const pattern = new RegExp(layout.pattern);
      return {
        origin: { from: "file name", numberOf: (name) => numberIn(pattern, name) },
        label: async (images, onUnlabeled) => {
          const solution = benchmark.layouts.find((candidate) => candidate.kind === "solution-file");
          if (solution !== undefined) await readSolutionFile(benchmark, solution, root); // refused where it contradicts
          const labels = await readLabelFile(join(dirname(benchmark.path), layout.labels), benchmark.classes.size);
          const file = { root, pattern, labels, wnids: benchmark.classes.keys.get("wnid") };
          return labelByNumber(images, file, onUnlabeled);
        },
      };
    }
    case "web-dataset": {
      const rows = labelRows(benchmark, layout.key);
      return {
        origin: { from: "sample", classes: rows.length, labels: sampleLabels(benchmark, rows) },
        label: (images, onUnlabeled) => checkAgainstPaths(images, benchmark, root, onUnlabeled),
      };
    }
  }
}

function numberIn(pattern: RegExp, name: string): number | undefined {
  const number = pattern.exec(name)?.[1];
  return number === undefined ? undefined : Number(number);
}

/** Returns an image's name without its extension; null for other files. */
function imageStem(name: string): string | null {
  return IMAGE_NAME.test(name) ? name.replace(IMAGE_NAME, "") : null;
}

/** Refuses a second image with the same name and another extension. */
function* withoutDuplicates(
  images: Iterable<ImageEntry>,
  root: string,
  onUnlabeled: OnUnlabeled,
): Iterable<ImageEntry> {
  const seen = new Map<string | null, string>();
  for (const image of images) {
    const stem = imageStem(posix.basename(image.path));
    const duplicate = seen.get(stem);
    seen.set(stem, image.path);
    if (duplicate === undefined) yield image;
    else
      onUnlabeled(
        image.path,
        new InputError(`${join(root, image.path)}: a second image with this name; the first is ${duplicate}`),
      );
  }
}

interface NumberLabels {
  readonly root: string;
  /** its first group is the number; one of the others may be the wnid */
  readonly pattern: RegExp;
  /** of number k at k - 1 */
  readonly labels: Int32Array;
  readonly wnids: readonly string[] | undefined;
}

function* labelByNumber(
  images: Iterable<ImageEntry>,
  { root, pattern, labels, wnids }: NumberLabels,
  onUnlabeled: OnUnlabeled,
): Iterable<ImageEntry> {
  const pathOf: string[] = []; // by number
  for (const image of images) {
    const { path, label: number } = image;
    const label = labels[number - 1];
    const duplicate = pathOf[number];
    const wnid = pattern
      .exec(posix.basename(path))
      ?.slice(2)
      .find((group) => /^n\d{8}$/.test(group ?? ""));
    const fault =
      label === undefined
        ? `its number is not in 1…${labels.length}, so its label is unknown`
        : duplicate !== undefined
          ? `a second image with number ${number}; the first is ${duplicate}`
          : wnid !== undefined && wnids !== undefined && wnid !== wnids[label]
            ? `its name contains ${wnid}, but image number ${number} belongs to ${wnids[label]}; were the files renumbered?`
            : null;
    if (label === undefined || fault !== null) {
      onUnlabeled(path, new InputError(`${join(root, path)}: ${fault}`));
      continue;
    }
    pathOf[number] = path;
    yield { ...image, label };
  }
}

/** Maps the set's class index to the row of the class list. */
function labelRows(benchmark: Benchmark, key: string | undefined): number[] {
  if (key === undefined) return Array.from({ length: benchmark.classes.size }, (_, row) => row);
  const rows: number[] = [];
  for (const [row, value] of classKeys(benchmark.classes, key, benchmark.path).entries()) {
    if (value === "") continue;
    const label = parseWhole(value);
    const fault = label === null ? `expected a number from 0 on, got "${value}"` : `${label} appears twice`;
    if (label === null || rows[label] !== undefined) {
      throw new InputError(`${benchmark.path}: the class list's column ${key}: ${fault}`);
    }
    rows[label] = row;
  }
  // a missing label has no class: the images would be assigned to another one
  for (let label = 0; label < rows.length; label++) {
    if (rows[label] !== undefined) continue;
    throw new InputError(
      `${benchmark.path}: the class list's column ${key}: ${label} is missing; expected all numbers up to ${rows.length - 1}`,
    );
  }
  return rows;
}
