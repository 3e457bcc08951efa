/** One image of a benchmark: path below the root with "/" between, size, row of the benchmark's class list. */
export interface ImageEntry {
  readonly path: string;
  readonly bytes: number;
  readonly label: number;
  /** where it is, if in a tar; then `path` is tar, "/", member */
  readonly tar?: TarPlace;
}

export interface TarPlace {
  /** the tar's path below the root */
  readonly file: string;
  readonly offset: number;
  readonly bytes: number;
  /** of the tar when its members were listed, where it is known */
  readonly state?: string;
}

/**
 * Images in an order, kept in columns: as objects, a million of them would take 150 MB and be walked by every garbage
 * collection of a long run. Entries are made when they are asked for.
 */
export interface ImageList extends Iterable<ImageEntry> {
  readonly length: number;
  /** @throws RangeError if there is no such position */
  at(position: number): ImageEntry;
  /** Row of the class list of the image at a position. @throws RangeError if there is no such position */
  label(position: number): number;
  /** The entries of positions [first, end). */
  slice(first: number, end: number): ImageEntry[];
  /** The images whose label is wanted, in the same order. */
  withLabels(wanted: (label: number) => boolean): ImageList;
  /** The images at these positions, in their order. */
  pick(positions: Int32Array): ImageList;
}

/** Rows that the columns have room for at first; they double when full. */
const FIRST_ROWS = 1024;
/** Bytes of a name at first. */
const FIRST_NAME = 32;

interface Columns {
  /** UTF-8, without anything between: paths, of an image in a tar its member's name */
  names: Uint8Array;
  /** (rows,), where each name ends in `names` */
  ends: Float64Array;
  bytes: Float64Array;
  labels: Int32Array;
  /** (rows,), position in `tarFiles`, -1 for an image that is a file */
  tars: Int32Array;
  offsets: Float64Array;
  readonly tarFiles: Pick<TarPlace, "file" | "state">[];
  rows: number;
}

/** Collects images, one at a time, into columns. */
export function collectImages(images: Iterable<ImageEntry>): ImageList {
  const columns: Columns = {
    names: new Uint8Array(FIRST_ROWS * FIRST_NAME),
    ends: new Float64Array(FIRST_ROWS),
    bytes: new Float64Array(FIRST_ROWS),
    labels: new Int32Array(FIRST_ROWS),
    tars: new Int32Array(FIRST_ROWS),
    offsets: new Float64Array(FIRST_ROWS),
    tarFiles: [],
    rows: 0,
  };
  const tarOf = new Map<string, number>();
  const encoder = new TextEncoder();
  for (const image of images) append(columns, image, tarOf, encoder);
  return listOf(columns, null);
}

function append(columns: Columns, image: ImageEntry, tarOf: Map<string, number>, encoder: TextEncoder): void {
  const { path, bytes, label, tar } = image;
  const row = columns.rows;
  if (row === columns.labels.length) growRows(columns, 2 * row);
  const name = tar === undefined ? path : path.slice(tar.file.length + 1);
  const start = startOf(columns, row);
  const most = start + 3 * name.length; // UTF-8 takes at most three bytes a code unit
  if (most > columns.names.length) columns.names = grown(columns.names, Math.max(most, 2 * columns.names.length));
  columns.ends[row] = start + encoder.encodeInto(name, columns.names.subarray(start)).written;
  columns.bytes[row] = bytes;
  columns.labels[row] = label;
  columns.tars[row] = tar === undefined ? -1 : tarPosition(columns, tar, tarOf);
  columns.offsets[row] = tar?.offset ?? 0;
  columns.rows++;
}

function tarPosition(columns: Columns, { file, state }: TarPlace, tarOf: Map<string, number>): number {
  const known = tarOf.get(file) ?? columns.tarFiles.push({ file, ...(state === undefined ? {} : { state }) }) - 1;
  tarOf.set(file, known);
  return known;
}

function growRows(columns: Columns, rows: number): void {
  columns.ends = grown(columns.ends, rows);
  columns.bytes = grown(columns.bytes, rows);
  columns.labels = grown(columns.labels, rows);
  columns.tars = grown(columns.tars, rows);
  columns.offsets = grown(columns.offsets, rows);
}

function grown<Values extends Uint8Array | Float64Array | Int32Array>(values: Values, length: number): Values {
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
  const { names, ends, bytes, labels, tars, offsets, tarFiles } = columns;
  const start = startOf(columns, row);
  const name = Buffer.from(names.buffer, names.byteOffset + start, (ends[row] as number) - start).toString("utf8");
  const size = bytes[row] as number;
  const tar = tarFiles[tars[row] as number];
  const entry = { path: tar === undefined ? name : `${tar.file}/${name}`, bytes: size, label: labels[row] as number };
  return tar === undefined ? entry : { ...entry, tar: { ...tar, offset: offsets[row] as number, bytes: size } };
}
