import { decodeRecords, type ImageRecords } from "../image-codec.ts";
import type { ReportImages, ReportPictures, StoredImages } from "../report-data.ts";
import { readBlock, readPictures } from "./decode.ts";

/** The listed images of a set, unpacked. */
export interface OpenImages {
  readonly set: StoredImages;
  readonly records: ImageRecords;
  /** step of the confidence in percent */
  readonly step: number;
  /** names of the labels, by position */
  readonly labelNames: readonly string[];
  /** by checkpoint, (n,): whether the prediction is correct */
  readonly right: readonly Uint8Array[];
  /** row → data URI of its picture */
  readonly pictures: ReadonlyMap<number, string>;
}

const opened = new WeakMap<StoredImages, Promise<OpenImages>>();
let allPictures: ReportPictures | undefined;

/** Unpacks a set, or returns it from the cache. */
export function openImages(images: ReportImages, set: StoredImages): Promise<OpenImages> {
  const known = opened.get(set);
  if (known !== undefined) return known;
  const promise = unpackImages(images, set);
  opened.set(set, promise);
  return promise;
}

async function unpackImages(images: ReportImages, set: StoredImages): Promise<OpenImages> {
  const { names, numbers, labels, wrong, places, literals, steps } = set.blocks;
  const blocks = await Promise.all([names, numbers, labels, wrong, places, literals, steps].map(readBlock));
  const coded = {
    names: blocks[0] as Uint8Array,
    numbers: blocks[1] as Uint8Array,
    labels: blocks[2] as Uint8Array,
    wrong: blocks[3] as Uint8Array,
    places: blocks[4] as Uint8Array,
    literals: blocks[5] as Uint8Array,
    steps: blocks[6] as Uint8Array,
  };
  allPictures ??= readPictures();
  const { rows = [], places: uris = [] } = allPictures.sets[images.sets.indexOf(set)] ?? {};
  const all = allPictures.uris;
  const pictures = new Map(rows.map((row, i) => [row, all[uris[i] as number] as string]));
  const classes = classesOf(set);
  return describeImages(set, decodeRecords(coded, classes, set.checkpoints.length), images.step, pictures);
}

/** Builds the indexes of a set's images. */
export function describeImages(
  set: StoredImages,
  records: ImageRecords,
  step: number,
  pictures: ReadonlyMap<number, string>,
): OpenImages {
  const classes = classesOf(set);
  const n = records.names.length;
  const right = set.checkpoints.map((_, member) =>
    Uint8Array.from({ length: n }, (_, row) =>
      Number((classes[records.labels[row] as number] ?? []).includes(records.predicted[member * n + row] as number)),
    ),
  );
  const labelNames = set.labels.map(
    (label, i) => set.names[i] ?? (label === "" ? "none of the classes" : `class ${label}`),
  );
  return { set, records, step, labelNames, right, pictures };
}

function classesOf({ labels }: StoredImages): readonly (readonly number[])[] {
  return labels.map((label) => (label === "" ? [] : label.split(";").map(Number)));
}

/** Returns the name of a predicted class. */
export function className({ set }: OpenImages, value: number): string {
  return set.classes[value] ?? `class ${value}`;
}

/** A checkpoint's prediction for an image. */
export interface Verdict {
  readonly value: number;
  readonly name: string;
  readonly isRight: boolean;
  /** in percent; null: not known */
  readonly confidence: number | null;
}

/** @param member row of the checkpoint in the set */
export function verdictOf(images: OpenImages, member: number, row: number): Verdict {
  const { records, step, right } = images;
  const n = records.names.length;
  const value = records.predicted[member * n + row] as number;
  const steps = records.steps[member * n + row] as number;
  return {
    value,
    name: className(images, value),
    isRight: right[member]?.[row] === 1,
    confidence: steps === 255 ? null : Math.min(100, steps * step),
  };
}
