import { dirname, join } from "node:path";
import { InputError } from "../../foundation/errors.ts";
import { fileId } from "../../foundation/files/named-data.ts";
import { parseJsonText } from "../../foundation/files/parse-json.ts";
import { readText } from "../../foundation/files/read-text.ts";
import { sha256 } from "../../foundation/files/sha256.ts";
import type { Benchmark } from "../benchmark/benchmark.ts";
import type { ImageLabels } from "../benchmark/class-space.ts";
import type { ImageList } from "../sources/image-list.ts";
import { readLabelFile } from "./label-file.ts";

/** Labels of single images, each of which may have several or none, as in ImageNet-ReaL. */
export interface LabelSets {
  /** the file's name without its extension */
  readonly id: string;
  readonly path: string;
  /**
   * the classes that are right for image number k, at k - 1: rows of the class list, ascending; empty if the image is
   * not scored
   */
  readonly sets: readonly (readonly number[])[];
  /** number of images with labels */
  readonly scored: number;
  /** SHA-256 of the sets */
  readonly sha256: string;
}

/**
 * Minimum share of sets that must contain the benchmark's label of their image; below it, the sets belong to other
 * images.
 */
const MIN_AGREEMENT = 0.5;
/**
 * Number of consecutive labeled images for which the same share must hold: it detects lists that are off by one from
 * some image on.
 */
const STRETCH = 500;

/**
 * Reads labels of single images: a JSON list with a list of classes for each image in the order of the benchmark's
 * numbers, from 1 on, as in `real.json` of ImageNet-ReaL.
 *
 * @throws InputError for another form, another number of images, or sets that the benchmark's labels contradict
 * @see https://github.com/google-research/reassessed-imagenet
 */
export async function readLabelSets(path: string, benchmark: Benchmark): Promise<LabelSets> {
  const official = await readOfficial(benchmark, path);
  const value = parseJsonText(await readText(path), path);
  const { size } = benchmark.classes;
  if (!Array.isArray(value)) throw new InputError(`${path}: expected a list with a list of classes for each image`);
  const images = official.labels.length;
  if (value.length !== images) {
    throw new InputError(`${path}: expected lists for the ${images} images of ${benchmark.id}, found ${value.length}`);
  }
  const sets = value.map((set: unknown, at) => {
    const isSet = Array.isArray(set) && set.every((c) => Number.isInteger(c) && c >= 0 && c < size);
    if (isSet) return [...new Set(set as number[])].sort((a, b) => a - b);
    const found = JSON.stringify(set)?.slice(0, 60);
    throw new InputError(`${path}: image ${at + 1}: expected a list of classes from 0 to ${size - 1}, found ${found}`);
  });
  const scored = sets.filter((set) => set.length > 0).length;
  const agreeing = sets.filter((set, at) => set.includes(official.labels[at] as number)).length;
  if (agreeing < MIN_AGREEMENT * scored || scored === 0) {
    throw new InputError(
      `${path}: only ${agreeing} of its ${scored} labeled images include the label of ${benchmark.id}: the lists are not in the order of the images' numbers, or their classes are numbered differently`,
    );
  }
  checkStretches(sets, official.labels, path, benchmark.id);
  return { id: fileId(path, "labels"), path, sets, scored, sha256: sha256(JSON.stringify(sets)) };
}

/** Checks consecutive images. @throws InputError for lists that are only partly in the order of the images' numbers */
function checkStretches(sets: readonly (readonly number[])[], official: Int32Array, path: string, id: string): void {
  const labeled = sets.flatMap((set, at) => (set.length > 0 ? [at] : []));
  for (let from = 0; from + STRETCH <= labeled.length; from += STRETCH) {
    const stretch = labeled.slice(from, from + STRETCH);
    const agreeing = stretch.filter((at) => sets[at]?.includes(official[at] as number)).length;
    if (agreeing >= MIN_AGREEMENT * STRETCH) continue;
    const [first = 0, last = 0] = [stretch[0], stretch.at(-1)];
    throw new InputError(
      `${path}: ${agreeing} of the ${STRETCH} labeled images from number ${first + 1} to ${last + 1} include the label of ${id}, but most of the others do: is a list missing before them, or is there one too many?`,
    );
  }
}

/** Reads a benchmark's numbered images: the pattern of their names, and the label of number k at k - 1. */
async function readOfficial({ id, layouts, path, classes }: Benchmark, labels: string) {
  const flat = layouts.find((layout) => layout.kind === "flat");
  if (flat === undefined)
    throw new InputError(`${labels}: the images of ${id} have no numbers, so they cannot be identified`);
  const file = join(dirname(path), flat.labels);
  return { pattern: new RegExp(flat.pattern), labels: await readLabelFile(file, classes.size) };
}

/**
 * Assigns the sets to images, by the number in each file's name.
 *
 * @throws InputError for an image without a number, two with one number, or an image whose class is not its number's
 *   class
 */
export async function labelImages(
  { sets, path }: LabelSets,
  benchmark: Benchmark,
  images: ImageList,
  root: string,
): Promise<ImageLabels> {
  const { pattern, labels } = await readOfficial(benchmark, path);
  const numberOf = (image: string) => Number(pattern.exec(image.slice(image.lastIndexOf("/") + 1))?.[1] ?? Number.NaN);
  const seen = new Map<number, string>();
  for (const { path: image, label } of images) {
    const number = numberOf(image);
    const where = `${join(root, image)}: `;
    if (!(number >= 1 && number <= sets.length)) {
      throw new InputError(
        `${where}has no number of ${benchmark.id} in its name, which ${path} needs to find its labels; expected names like ILSVRC2012_val_00000001.JPEG, in any folder`,
      );
    }
    const earlier = seen.get(number);
    if (earlier !== undefined)
      throw new InputError(`${where}a second image with number ${number}; the first is ${earlier}`);
    if (labels[number - 1] !== label) {
      throw new InputError(`${where}its number belongs to an image of another class; were the files renamed or moved?`);
    }
    seen.set(number, image);
  }
  return {
    classesOf: (image) => {
      const set = sets[numberOf(image) - 1];
      return set === undefined || set.length === 0 ? null : set;
    },
  };
}
