import type { ContainerPlace, ImageEntry } from "./image-entry.ts";

/**
 * An ordered list of images, stored in columns: as objects, a million of them would take 150 MB and be visited by every
 * garbage collection of a long run. Entries are made on request.
 */
export interface ImageList extends Iterable<ImageEntry> {
  readonly length: number;
  /** Returns the image at a position. @throws RangeError if there is no such position */
  at(position: number): ImageEntry;
  /**
   * Returns the label of the image at a position: a row of the class list. @throws RangeError if there is no such
   * position
   */
  label(position: number): number;
  /** Returns the entries of positions [first, end). */
  slice(first: number, end: number): ImageEntry[];
  /** Returns the images whose label is wanted, in the same order. */
  withLabels(wanted: (label: number) => boolean): ImageList;
  /** Returns the images at these positions, in the given order. */
  pick(positions: Int32Array): ImageList;
}

/** Initial capacity of the columns in rows; it doubles when they are full. */
const FIRST_ROWS = 1024;
/** Initial bytes per name. */
const FIRST_NAME = 32;

interface Columns {
  /** UTF-8, without separators: paths; for an image in a container, its name there */
  names: Buffer;
  /** (rows,), where each name ends in `names` */
  ends: Float64Array;
  bytes: Float64Array;
  labels: Int32Array;
  /** (rows,), position in `files`, -1 for an image that is a file */
  containers: Int32Array;
  /** (rows,), position in its container; 0 for an image that is a file */
  places: Float64Array;
  readonly files: Omit<ContainerPlace, "position">[];
  rows: number;
}

/** Collects images, one at a time, into columns. */
export function collectImages(images: Iterable<ImageEntry>): ImageList {
  const columns: Columns = {
    names: Buffer.alloc(FIRST_ROWS * FIRST_NAME),
    ends: new Float64Array(FIRST_ROWS),
    bytes: new Float64Array(FIRST_ROWS),
    labels: new Int32Array(FIRST_ROWS),
    containers: new Int32Array(FIRST_ROWS),
    places: new Float64Array(FIRST_ROWS),
    files: [],
    rows: 0,
  };
  const fileAt = new Map<string, number>();
  for (const image of images) append(columns, image, fileAt);
  return listOf(columns, null);
}

function append(columns: Columns, image: ImageEntry, fileAt: Map<string, number>): void {
  const { path, bytes, label, container } = image;
  const row = columns.rows;
  if (row === columns.labels.length) growRows(columns, 2 * row);
  const name = container === undefined ? path : path.slice(container.file.length + 1);
  const start = startOf(columns, row);
  const maxEnd = start + 3 * name.length; // UTF-8 takes at most three bytes per code unit
  if (maxEnd > columns.names.length) {
    const longer = Buffer.alloc(Math.max(maxEnd, 2 * columns.names.length));
    columns.names.copy(longer);
    columns.names = longer;
  }
  columns.ends[row] = start + columns.names.write(name, start);
  columns.bytes[row] = bytes;
  columns.labels[row] = label;
  columns.containers[row] = container === undefined ? -1 : filePosition(columns, container, fileAt);
  columns.places[row] = container?.position ?? 0;
  columns.rows++;
}

function filePosition(columns: Columns, { file, state }: ContainerPlace, fileAt: Map<string, number>): number {
  const known = fileAt.get(file) ?? columns.files.push({ file, ...(state === undefined ? {} : { state }) }) - 1;
  fileAt.set(file, known);
  return known;
}

function growRows(columns: Columns, rows: number): void {
  columns.ends = grown(columns.ends, rows);
  columns.bytes = grown(columns.bytes, rows);
  columns.labels = grown(columns.labels, rows);
  columns.containers = grown(columns.containers, rows);
  columns.places = grown(columns.places, rows);
}

function grown<Values extends Float64Array | Int32Array>(values: Values, length: number): Values {
  const larger = new (values.constructor as new (length: number) => Values)(length);
  larger.set(values);
  return larger;
}

function startOf({ ends }: Columns, row: number): number {
  return row === 0 ? 0 : (ends[row - 1] as number);
}

/** @param positions rows of the columns; null for all of them */
function listOf(columns: Columns, positions: Int32Array | null): ImageList {
  const length = positions?.length ?? columns.rows;
  const rowOf = (position: number): number => {
    if (!Number.isInteger(position) || position < 0 || position >= length)
      throw new RangeError(`image ${position} of ${length}`);
    return positions === null ? position : (positions[position] as number);
  };
  const list: ImageList = {
    length,
    at: (position) => entryOf(columns, rowOf(position)),
    label: (position) => columns.labels[rowOf(position)] as number,
    slice: (first, end) => {
      const entries: ImageEntry[] = [];
      for (let at = first; at < Math.min(end, length); at++) entries.push(list.at(at));
      return entries;
    },
    withLabels: (wanted) => {
      const kept = new Int32Array(length);
      let n = 0;
      for (let at = 0; at < length; at++) if (wanted(list.label(at))) kept[n++] = at;
      return n === length ? list : list.pick(kept.slice(0, n));
    },
    pick: (chosen) => listOf(columns, chosen.map(rowOf)),
    *[Symbol.iterator]() {
      for (let at = 0; at < length; at++) yield list.at(at);
    },
  };
  return list;
}

function entryOf(columns: Columns, row: number): ImageEntry {
  const { names, ends, bytes, labels, containers, places, files } = columns;
  const start = startOf(columns, row);
  const name = names.toString("utf8", start, ends[row]);
  const at = containers[row] as number;
  const container = at < 0 ? undefined : files[at];
  const path = container === undefined ? name : `${container.file}/${name}`;
  const entry = { path, bytes: bytes[row] as number, label: labels[row] as number };
  return container === undefined ? entry : { ...entry, container: { ...container, position: places[row] as number } };
}

/** Counts images by label, in the order in which labels first appear. */
export function countLabels(images: ImageList): Map<number, number> {
  const counts = new Map<number, number>();
  for (let at = 0; at < images.length; at++) {
    const label = images.label(at);
    counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  return counts;
}
