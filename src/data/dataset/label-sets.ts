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

/** Labels of single images, of which each may have several or none: ImageNet-ReaL's. */
export interface LabelSets {
  /** the file's name without its ending */
  readonly id: string;
  readonly path: string;
  /** the classes that are right for the image of number k, at k - 1: rows of the class list, ascending; empty: it is not scored */
  readonly sets: readonly (readonly number[])[];
  /** images that have any */
  readonly scored: number;
  /** SHA-256 of the sets */
  readonly sha256: string;
}

/** Where fewer of the sets than this share hold the image's label of the benchmark, they are those of other images. */
const MIN_AGREEMENT = 0.5;
/** Labeled images in a row of which that must be so: of lists that lie one off from somewhere on, the rest is right. */
const STRETCH = 500;

/**
 * Reads labels of single images: a JSON list with a list of classes for each image in the order of the benchmark's numbers, from 1 on, as
 * `real.json` of ImageNet-ReaL.
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
      `${path}: ${agreeing} of its ${scored} labeled images have the label of ${benchmark.id} among theirs: the lists are not in the order of the images' numbers, or their classes are counted otherwise`,
    );
  }
  checkStretches(sets, official.labels, path, benchmark.id);
  return { id: fileId(path, "labels"), path, sets, scored, sha256: sha256(JSON.stringify(sets)) };
}

/** @throws InputError for lists that are in the order of the images' numbers in part only */
function checkStretches(sets: readonly (readonly number[])[], official: Int32Array, path: string, id: string): void {
  const labeled = sets.flatMap((set, at) => (set.length > 0 ? [at] : []));
  for (let from = 0; from + STRETCH <= labeled.length; from += STRETCH) {
    const stretch = labeled.slice(from, from + STRETCH);
    const agreeing = stretch.filter((at) => sets[at]?.includes(official[at] as number)).length;
    if (agreeing >= MIN_AGREEMENT * STRETCH) continue;
    const [first = 0, last = 0] = [stretch[0], stretch.at(-1)];
    throw new InputError(
      `${path}: ${agreeing} of the ${STRETCH} labeled images from number ${first + 1} to ${last + 1} have the label of ${id} among theirs, and most of the others: is a list missing or one too many before?`,
    );
  }
}

/** What a benchmark says of its numbered images: how they are called, and the label of number k at k - 1. */
async function readOfficial({ id, layouts, path, classes }: Benchmark, labels: string) {
  const flat = layouts.find((layout) => layout.kind === "flat");
  if (flat === undefined)
    throw new InputError(`${labels}: the images of ${id} have no numbers, so nothing says which is which`);
  const file = join(dirname(path), flat.labels);
  return { pattern: new RegExp(flat.pattern), labels: await readLabelFile(file, classes.size) };
}

/**
 * Gives images their sets, by the number in each file's name.
 *
 * @throws InputError for an image without a number, two of one number, or an image that lies where its number's class is not
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
        `${where}has no number of ${benchmark.id} in its name, by which ${path} says what it shows; expected names like ILSVRC2012_val_00000001.JPEG, in folders of whatever name`,
      );
    }
    const other = seen.get(number);
    if (other !== undefined) throw new InputError(`${where}a second image of number ${number}, beside ${other}`);
    if (labels[number - 1] !== label) {
      throw new InputError(`${where}its number is that of an image of another class; were the files renamed or moved?`);
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
