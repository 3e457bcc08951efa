import type { TaskKey } from "../../foundation/evaluation-key.ts";
import { type CodedRecords, encodeRecords, UNKNOWN_STEP } from "./image-codec.ts";
import { addBlock, packBytes, packJson } from "./page-blocks.ts";
import type { ReportImages, StoredImages } from "./report-data.ts";

/** Predictions of the chosen checkpoints for the images of one benchmark, with one protocol and one set of prompts. */
export interface ChosenImages extends TaskKey {
  /** positions in ReportData.checkpoints, in the order of choice */ readonly checkpoints: readonly number[];
  /** labels as in predictions.csv; unknown names are null */
  readonly labels: readonly string[];
  readonly names: readonly (string | null)[];
  /** of each label: the correct classes */
  readonly classes: readonly (readonly number[])[];
  /** (n,) names of the images, and positions in `labels` */
  readonly images: readonly string[];
  readonly imageLabels: Uint32Array;
  /** (n,) content hashes of the images, see `shortContent`; null if not known */
  readonly contents: readonly string[] | null;
  /** by checkpoint, (n,): the top-1 class, and its confidence in [0, 1]; NaN without scores */
  readonly predicted: readonly Uint32Array[];
  readonly confidence: readonly Float32Array[];
  /** name of a class; null if not known */
  readonly nameOf: (value: number) => string | null;
}

/** The amount of image data that a page contains. */
export interface ImageDetail {
  /** number of checkpoints, in the order of choice */
  readonly checkpoints: number;
  /** step of the confidence in percent */
  readonly step: number;
  /** false: without the images that all these checkpoints get right */
  readonly isWhole: boolean;
}

/** Levels of detail for a number of checkpoints, from the highest to the lowest. */
const DETAILS: readonly Omit<ImageDetail, "checkpoints">[] = [
  { step: 1, isWhole: true },
  { step: 5, isWhole: true },
  { step: 5, isWhole: false },
  { step: 10, isWhole: false },
];
const MIN_DETAIL = DETAILS.at(-1) as (typeof DETAILS)[number];

/** Images ready to be stored in a page. */
export interface FittedImages {
  readonly detail: ImageDetail;
  readonly stored: Pick<ReportImages, "checkpoints" | "step" | "isWhole" | "sets">;
  readonly blocks: readonly string[];
  /** for each set: the listed images, as positions in ChosenImages.images */
  readonly listed: readonly Uint32Array[];
  /** size in a page, in bytes */
  readonly bytes: number;
}

/**
 * Fits the images into a number of bytes: as many of the chosen checkpoints as possible, then as much detail (listed
 * images, steps of confidence) as possible.
 *
 * @param chosen positions in ReportData.checkpoints, in the order of choice @returns null if not even one checkpoint
 *   fits
 */
export function fitImages(
  chosen: readonly number[],
  sets: readonly ChosenImages[],
  bytes: number,
): FittedImages | null {
  const make = (detail: ImageDetail) => storeImages(chosen, sets, detail);
  const checkpoints = largestFit(chosen.length, (count) => make({ ...MIN_DETAIL, checkpoints: count }).bytes <= bytes);
  if (checkpoints === 0) return null;
  for (const detail of DETAILS) {
    const fitted = make({ ...detail, checkpoints });
    if (fitted.bytes <= bytes) return fitted;
  }
  return null;
}

/** Finds the largest number from 0 to `maximum` that fits; 0 always fits. */
function largestFit(maximum: number, fits: (count: number) => boolean): number {
  if (fits(maximum)) return maximum;
  let [low, high] = [0, maximum - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}

function storeImages(chosen: readonly number[], sets: readonly ChosenImages[], detail: ImageDetail): FittedImages {
  const kept = chosen.slice(0, detail.checkpoints);
  const blocks: string[] = [];
  const listed: Uint32Array[] = [];
  const stored: StoredImages[] = [];
  for (const set of sets) {
    const rows = set.checkpoints.flatMap((checkpoint, row) => (kept.includes(checkpoint) ? [row] : []));
    if (rows.length === 0) continue;
    const images = listImages(set, rows, detail.isWhole);
    listed.push(images);
    stored.push(storeSet(set, rows, images, detail.step, blocks));
  }
  const { step, isWhole } = detail;
  const result = { checkpoints: kept, step, isWhole, sets: stored };
  const bytes = packJson(result).length + blocks.reduce((sum, block) => sum + block.length + 1, 0);
  return { detail, stored: result, blocks, listed, bytes };
}

function listImages(
  { classes, imageLabels, predicted }: ChosenImages,
  rows: readonly number[],
  isWhole: boolean,
): Uint32Array {
  const all = Uint32Array.from(imageLabels, (_, image) => image);
  if (isWhole) return all;
  return all.filter((image) => {
    const right = classes[imageLabels[image] as number] ?? [];
    return rows.some((row) => !right.includes(predicted[row]?.[image] as number));
  });
}

function storeSet(
  set: ChosenImages,
  rows: readonly number[],
  listed: Uint32Array,
  step: number,
  blocks: string[],
): StoredImages {
  const n = listed.length;
  const predicted = new Uint32Array(rows.length * n);
  const steps = new Uint8Array(rows.length * n);
  for (const [r, row] of rows.entries()) {
    for (let i = 0; i < n; i++) {
      const image = listed[i] as number;
      predicted[r * n + i] = set.predicted[row]?.[image] as number;
      steps[r * n + i] = toStep(set.confidence[row]?.[image] as number, step);
    }
  }
  const names = Array.from(listed, (image) => set.images[image] as string);
  const labels = Uint32Array.from(listed, (image) => set.imageLabels[image] as number);
  const coded = encodeRecords({ names, labels, predicted, steps }, set.classes);
  const classes: Record<number, string> = {};
  for (const value of new Set(predicted)) {
    const name = set.nameOf(value);
    if (name !== null) classes[value] = name;
  }
  const { benchmark, protocol, templates, classNames } = set;
  return {
    ...{ benchmark, protocol, templates, classNames },
    n: set.images.length,
    listed: n,
    checkpoints: rows.map((row) => set.checkpoints[row] as number),
    labels: set.labels,
    names: set.names,
    classes,
    blocks: Object.fromEntries(
      Object.entries(coded).map(([name, bytes]) => [name, addBlock(blocks, packBytes(bytes))]),
    ) as Record<keyof CodedRecords, number>,
  };
}

function toStep(confidence: number, step: number): number {
  return Number.isNaN(confidence) ? UNKNOWN_STEP : Math.round((100 * confidence) / step);
}
