import { UNKNOWN_STEP } from "../image-codec.ts";
import { className, type OpenImages } from "./open-images.ts";

/** Filters of images by which checkpoint is right; the second checkpoint is compared with the first. */
export const SHOWS = ["wrong", "right", "only-first", "only-second", "both-wrong", "both-right", "all"] as const;
export type Show = (typeof SHOWS)[number];

export function parseShow(text: string): Show {
  return SHOWS.find((show) => show === text) ?? "wrong";
}

export const ORDERS = ["surest", "unsure", "listed"] as const;
export type Order = (typeof ORDERS)[number];

export function parseOrder(text: string): Order {
  return ORDERS.find((order) => order === text) ?? "surest";
}

/** A query for images. */
export interface ImageQuery {
  /** rows of the two checkpoints in the set; second −1: none */
  readonly first: number;
  readonly second: number;
  readonly show: Show;
  /** label as in predictions.csv, and class predicted by the first checkpoint; "": any */
  readonly label: string;
  readonly as: string;
  /** words that must all be in the image's name, its class or a predicted class, ignoring case */
  readonly find: string;
  readonly isPictured: boolean;
  readonly order: Order;
}

export interface SelectedImages {
  /** rows in display order */
  readonly rows: Uint32Array;
  /** number of images for each choice of `show` with the rest of the query */
  readonly counts: Readonly<Record<Show, number>>;
}

/** Finds the images that match a query. */
export function selectImages(images: OpenImages, query: ImageQuery): SelectedImages {
  const { records, right, set } = images;
  const n = records.names.length;
  const { first, second, show } = query;
  const isFound = finder(images, query);
  const wantedLabel = query.label === "" ? -1 : set.labels.indexOf(query.label);
  const wantedClass = query.as === "" ? -1 : Number(query.as);
  const counts: Record<Show, number> = Object.fromEntries(SHOWS.map((show) => [show, 0])) as Record<Show, number>;
  const found = new Uint32Array(n);
  let length = 0;
  for (let row = 0; row < n; row++) {
    if (query.label !== "" && records.labels[row] !== wantedLabel) continue;
    if (query.as !== "" && records.predicted[first * n + row] !== wantedClass) continue;
    if (query.isPictured && !images.pictures.has(row)) continue;
    if (!isFound(row)) continue;
    const isFirst = right[first]?.[row] === 1;
    const isSecond = second < 0 ? null : right[second]?.[row] === 1;
    let isShown = false;
    for (const choice of SHOWS) {
      if (!belongs(choice, isFirst, isSecond)) continue;
      counts[choice]++;
      if (choice === show) isShown = true;
    }
    if (isShown) found[length++] = row;
  }
  return { rows: sortRows(images, found.slice(0, length), query), counts };
}

function belongs(show: Show, isFirst: boolean, isSecond: boolean | null): boolean {
  switch (show) {
    case "all":
      return true;
    case "wrong":
      return !isFirst;
    case "right":
      return isFirst;
    case "only-first":
      return isFirst && isSecond === false;
    case "only-second":
      return !isFirst && isSecond === true;
    case "both-wrong":
      return !isFirst && isSecond === false;
    case "both-right":
      return isFirst && isSecond === true;
  }
}

/** Returns a check whether a row contains every word of the search. */
function finder(images: OpenImages, { find, first, second }: ImageQuery): (row: number) => boolean {
  const words = find.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return () => true;
  const { records, labelNames } = images;
  const n = records.names.length;
  const members = [first, second].filter((member) => member >= 0);
  const lowerLabels = labelNames.map((name) => name.toLowerCase());
  const lowerClasses = new Map<number, string>();
  const lowerClass = (value: number) => {
    const known = lowerClasses.get(value) ?? className(images, value).toLowerCase();
    lowerClasses.set(value, known);
    return known;
  };
  return (row) => {
    const texts = [
      (records.names[row] as string).toLowerCase(),
      lowerLabels[records.labels[row] as number] as string,
      ...members.map((member) => lowerClass(records.predicted[member * n + row] as number)),
    ];
    return words.every((word) => texts.some((text) => text.includes(word)));
  };
}

/**
 * Sorts by the first checkpoint's confidence, unknown last; ties put images with a picture first, then follow the
 * benchmark's order.
 */
function sortRows({ records, pictures }: OpenImages, rows: Uint32Array, { order, first }: ImageQuery): Uint32Array {
  if (order === "listed") return rows;
  const n = records.names.length;
  const keys = Float64Array.from(rows, (row) => {
    const step = records.steps[first * n + row] as number;
    const rank = step === UNKNOWN_STEP ? UNKNOWN_STEP : order === "surest" ? UNKNOWN_STEP - 1 - step : step;
    return (2 * rank + Number(!pictures.has(row))) * n + row;
  });
  return Uint32Array.from(keys.sort(), (key) => key % n);
}
