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

/** How a layout labels images: where a source finds the numbers, and which row of the class list each stands for. */
export interface Labelling {
  readonly origin: LabelOrigin;
  /**
   * The images with rows of the class list as labels.
   *
   * @param onUnlabelled  told of an image of which nothing says what class it is of, and why; throws to stop there
   */
  label(images: Iterable<ImageEntry>, onUnlabelled: OnUnlabelled): Promise<Iterable<ImageEntry>>;
}

export type OnUnlabelled = (path: string, error: InputError) => void;

/**
 * @param root  of the images
 * @returns null where the layout's labels are not there
 * @throws InputError for labels that are no classes, or a class list whose labels are not numbers in a row
 */
export async function labellingOf(benchmark: Benchmark, layout: Layout, root: string): Promise<Labelling | null> {
  switch (layout.kind) {
    case "class-folders":
      return {
        origin: { from: "folder name", labelOf: classNamer(benchmark, layout.key) },
        label: async (images) => images, // a folder's name stands for a row itself
      };
    case "numbered-folders":
      throw new Error("folders named by numbers are listed by the column that they are of");
    case "solution-file": {
      const solution = await readSolutionFile(benchmark, layout, root);
      if (solution === null) return null;
      return {
        origin: { from: "file name", numberOf: (name) => solution.rowOf.get(imageStem(name) ?? "") },
        label: async (images, onUnlabelled) => withoutTwins(images, root, onUnlabelled),
      };
    }
    case "flat": {
      const pattern = new RegExp(layout.pattern);
      return {
        origin: { from: "file name", numberOf: (name) => numberIn(pattern, name) },
        label: async (images, onUnlabelled) => {
          const solution = benchmark.layouts.find((other) => other.kind === "solution-file");
          if (solution !== undefined) await readSolutionFile(benchmark, solution, root); // refused where it contradicts
          const labels = await readLabelFile(join(dirname(benchmark.path), layout.labels), benchmark.classes.size);
          const file = { root, pattern, labels, wnids: benchmark.classes.keys.get("wnid") };
          return labelByNumber(images, file, onUnlabelled);
        },
      };
    }
    case "web-dataset": {
      const rows = labelRows(benchmark, layout.key);
      return {
        origin: { from: "sample", classes: rows.length, labels: sampleLabels(benchmark, rows) },
        label: (images, onUnlabelled) => checkAgainstPaths(images, benchmark, root, onUnlabelled),
      };
    }
  }
}

function numberIn(pattern: RegExp, name: string): number | undefined {
  const number = pattern.exec(name)?.[1];
  return number === undefined ? undefined : Number(number);
}

/** An image's name without its ending; null for other files. */
function imageStem(name: string): string | null {
  return IMAGE_NAME.test(name) ? name.replace(IMAGE_NAME, "") : null;
}

/** Refuses a second image of one name, which has another ending. */
function* withoutTwins(images: Iterable<ImageEntry>, root: string, onUnlabelled: OnUnlabelled): Iterable<ImageEntry> {
  const seen = new Map<string | null, string>();
  for (const image of images) {
    const stem = imageStem(posix.basename(image.path));
    const twin = seen.get(stem);
    seen.set(stem, image.path);
    if (twin === undefined) yield image;
    else
      onUnlabelled(
        image.path,
        new InputError(`${join(root, image.path)}: a second image of this name, beside ${twin}`),
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
  onUnlabelled: OnUnlabelled,
): Iterable<ImageEntry> {
  const pathOf: string[] = []; // by number
  for (const image of images) {
    const { path, label: number } = image;
    const label = labels[number - 1];
    const twin = pathOf[number];
    const wnid = pattern
      .exec(posix.basename(path))
      ?.slice(2)
      .find((group) => /^n\d{8}$/.test(group ?? ""));
    const fault =
      label === undefined
        ? `its number is not in 1…${labels.length}, so its label is not known`
        : twin !== undefined
          ? `a second image of number ${number}, beside ${twin}`
          : wnid !== undefined && wnids !== undefined && wnid !== wnids[label]
            ? `its name says ${wnid}, but the image of number ${number} is of ${wnids[label]}; were the files numbered anew?`
            : null;
    if (label === undefined || fault !== null) {
      onUnlabelled(path, new InputError(`${join(root, path)}: ${fault}`));
      continue;
    }
    pathOf[number] = path;
    yield { ...image, label };
  }
}

/** The set's own class index → row of the class list. */
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
  // a label that is skipped has no class: it would be read as some other
  for (let label = 0; label < rows.length; label++) {
    if (rows[label] !== undefined) continue;
    throw new InputError(
      `${benchmark.path}: the class list's column ${key}: ${label} is missing, up to ${rows.length - 1}`,
    );
  }
  return rows;
}
