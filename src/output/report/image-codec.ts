import { decodeNames, encodeNames } from "./name-codec.ts";
import { differences, fromPlanes, sums, toPlanes } from "./number-bytes.ts";

/*
 * Encodes the predictions of checkpoints for each image of a set as bytes that deflate well. Written by the command
 * line, read by the page. A row is an image; rows of one class are mostly adjacent.
 */

/** Predictions of several checkpoints for the same images. */
export interface ImageRecords {
  /** (n,) names of the images */
  readonly names: readonly string[];
  /** (n,) positions in the set's labels */
  readonly labels: Uint32Array;
  /** (checkpoints, n) the top-1 class */
  readonly predicted: Uint32Array;
  /** (checkpoints, n) confidence in the top-1 class, in steps; `UNKNOWN_STEP` without scores */
  readonly steps: Uint8Array;
}

export const UNKNOWN_STEP = 255;

/** Encoded records; each field is deflated separately. */
export interface CodedRecords {
  readonly names: Uint8Array;
  readonly numbers: Uint8Array;
  readonly labels: Uint8Array;
  /**
   * one bit per checkpoint and image, 1 if the prediction is wrong: the images' masks of 8 checkpoints, then of the
   * next 8, …
   */
  readonly wrong: Uint8Array;
  readonly places: Uint8Array;
  readonly literals: Uint8Array;
  readonly steps: Uint8Array;
}

/** A predicted class is written as its rank among the previous predictions for the image, from 0, … */
const OF_IMAGE = 16;
/** … or among the previous predictions for the label, from here on, … */
const LAST_PLACE = 254;
/** … or it is new and is written to `literals`. */
const NEW = 255;

/** @param classes of each label: the correct classes */
export function encodeRecords(
  { names, labels, predicted, steps }: ImageRecords,
  classes: readonly (readonly number[])[],
): CodedRecords {
  const n = names.length;
  const checkpoints = n === 0 ? 0 : predicted.length / n;
  const wrong = new Uint8Array(n * Math.ceil(checkpoints / 8));
  const places: number[] = [];
  const literals: number[] = [];
  walkPredictions(n, checkpoints, labels, classes, (image, checkpoint, right, memory) => {
    const value = predicted[checkpoint * n + image] as number;
    const isWrong = !right.includes(value);
    if (isWrong)
      wrong[(checkpoint >> 3) * n + image] = (wrong[(checkpoint >> 3) * n + image] as number) | (1 << (checkpoint & 7));
    if (!isWrong && right.length === 1) return null;
    const place = memory.placeOf(value);
    places.push(place);
    if (place === NEW) literals.push(value);
    return value;
  });
  return {
    ...encodeNames(names),
    labels: toPlanes(differences(labels)),
    wrong,
    places: Uint8Array.from(places),
    literals: toPlanes(literals),
    steps: sortSteps(steps, wrong, n, checkpoints, (from, to) => ({ from, to })),
  };
}

/**
 * @param classes     of each label: the correct classes
 * @param checkpoints number of checkpoints
 */
export function decodeRecords(
  coded: CodedRecords,
  classes: readonly (readonly number[])[],
  checkpoints: number,
): ImageRecords {
  const names = decodeNames(coded);
  const n = names.length;
  const labels = sums(fromPlanes(coded.labels));
  const literals = fromPlanes(coded.literals);
  const predicted = new Uint32Array(n * checkpoints);
  let place = 0;
  let literal = 0;
  walkPredictions(n, checkpoints, labels, classes, (image, checkpoint, right, memory) => {
    const isWrong = isMarked(coded.wrong, checkpoint, image, n);
    if (!isWrong && right.length === 1) {
      predicted[checkpoint * n + image] = right[0] as number;
      return null;
    }
    const at = coded.places[place++] as number;
    const value = at === NEW ? (literals[literal++] as number) : memory.atPlace(at);
    predicted[checkpoint * n + image] = value;
    return value;
  });
  const steps = sortSteps(coded.steps, coded.wrong, n, checkpoints, (to, from) => ({ from, to }));
  return { names, labels, predicted, steps };
}

export function isMarked(wrong: Uint8Array, checkpoint: number, image: number, n: number): boolean {
  return (((wrong[(checkpoint >> 3) * n + image] as number) >> (checkpoint & 7)) & 1) === 1;
}

/** Previously predicted classes, which are likely to be predicted again. */
interface Memory {
  placeOf(value: number): number;
  atPlace(place: number): number;
}

/** Visits each prediction, image by image. @param visit returns the class to remember; null: none */
function walkPredictions(
  n: number,
  checkpoints: number,
  labels: Uint32Array,
  classes: readonly (readonly number[])[],
  visit: (image: number, checkpoint: number, right: readonly number[], memory: Memory) => number | null,
): void {
  const ofLabels = new Map<number, RankedClasses>();
  for (let image = 0; image < n; image++) {
    const label = labels[image] as number;
    const ofLabel = ofLabels.get(label) ?? { values: [], counts: [] };
    ofLabels.set(label, ofLabel);
    const ofImage: number[] = [];
    const memory: Memory = {
      placeOf(value) {
        const near = ofImage.indexOf(value);
        if (near >= 0 && near < OF_IMAGE) return near;
        const rank = ofLabel.values.indexOf(value);
        return rank < 0 || OF_IMAGE + rank > LAST_PLACE ? NEW : OF_IMAGE + rank;
      },
      atPlace: (place) => (place < OF_IMAGE ? ofImage[place] : ofLabel.values[place - OF_IMAGE]) as number,
    };
    const right = classes[label] ?? [];
    for (let checkpoint = 0; checkpoint < checkpoints; checkpoint++) {
      const value = visit(image, checkpoint, right, memory);
      if (value === null) continue;
      if (!ofImage.includes(value)) {
        ofImage.push(value);
        remember(ofLabel, value);
      }
    }
  }
}

/** Classes, the most frequent first. */
interface RankedClasses {
  readonly values: number[];
  readonly counts: number[];
}

function remember({ values, counts }: RankedClasses, value: number): void {
  let rank = values.indexOf(value);
  if (rank < 0) {
    rank = values.push(value) - 1;
    counts.push(0);
  }
  const count = (counts[rank] as number) + 1;
  for (; rank > 0 && (counts[rank - 1] as number) < count; rank--) {
    values[rank] = values[rank - 1] as number;
    counts[rank] = counts[rank - 1] as number;
  }
  values[rank] = value;
  counts[rank] = count;
}

/**
 * Copies the steps of each checkpoint's correct images before those of its wrong images, because the two differ most.
 */
function sortSteps(
  steps: Uint8Array,
  wrong: Uint8Array,
  n: number,
  checkpoints: number,
  way: (plain: number, sorted: number) => { readonly from: number; readonly to: number },
): Uint8Array {
  const copied = new Uint8Array(steps.length);
  let at = 0;
  for (let checkpoint = 0; checkpoint < checkpoints; checkpoint++) {
    for (const isWrong of [false, true]) {
      for (let image = 0; image < n; image++) {
        if (isMarked(wrong, checkpoint, image, n) !== isWrong) continue;
        const { from, to } = way(checkpoint * n + image, at++);
        copied[to] = steps[from] as number;
      }
    }
  }
  return copied;
}
