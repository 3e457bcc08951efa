import { closeSync, fstatSync } from "node:fs";
import { setImmediate as nextTurn } from "node:timers/promises";
import { fillSync, MAX_BYTES, openRegularSync } from "../../foundation/files/regular-file.ts";
import type { ByteSource } from "./byte-source.ts";
import type { ContainerIndex, ContainerMember } from "./container-format.ts";
import { memberName } from "./member-name.ts";
import {
  type ColumnPages,
  dictionaryRows,
  levelsEnd,
  openColumn,
  readPageBody,
  readScalars,
  type Scalar,
  usesDictionary,
} from "./parquet-column.ts";
import { tableError, withinAsync } from "./parquet-fault.ts";
import type { RowGroup } from "./parquet-footer.ts";
import { type RowValues, readPresence } from "./parquet-levels.ts";
import type { Page } from "./parquet-pages.ts";
import type { Leaf } from "./parquet-schema.ts";
import { openTable, type ParquetTable } from "./parquet-table.ts";
import { TableFault } from "./table-columns.ts";
import { rowNames } from "./table-row-names.ts";

/** Bytes per read of the lengths before images; a read may cover several small images. */
const WINDOW = 4096;

/** The position of each row's image. */
interface Places {
  /** (rows,), the byte of the file where it begins, or its row where `bytes` is 0 */
  readonly positions: Float64Array;
  /** (rows,), its length; 0 where it is null, empty, or in a page that must be decoded first */
  readonly bytes: Float64Array;
}

/**
 * Lists the rows of a Parquet file of images. In columns without compression, the lengths before the images are read,
 * so that each image has a position in the file; in compressed ones, the headers of the pages.
 *
 * @throws InputError naming the file: the errors of {@link openTable}, damage, a row without a label
 */
export async function indexParquet(path: string): Promise<ContainerIndex> {
  let file: number | null = null;
  try {
    file = openRegularSync(path);
    return await listRows(openSync(file));
  } catch (cause) {
    throw tableError(path, cause);
  } finally {
    if (file !== null) closeSync(file);
  }
}

/** A file that is read synchronously. */
export interface SyncFile extends ByteSource {
  /** Reads a little-endian number of 4 bytes at a position; undefined where the file ends first. */
  lengthAt(position: number): number | undefined;
}

/**
 * Opens a file for synchronous reads, which are several times as fast for many small reads; nothing else is running
 * yet.
 */
function openSync(file: number): SyncFile {
  const byteLength = fstatSync(file).size;
  const window = Buffer.alloc(WINDOW);
  let [start, filled] = [0, 0];
  return {
    byteLength,
    slice: async (from, end = byteLength) => {
      const bytes = Buffer.allocUnsafeSlow(Math.max(0, Math.min(end, byteLength) - from));
      const read = fillSync(file, bytes, from);
      return read === bytes.length ? bytes.buffer : bytes.buffer.slice(0, read);
    },
    lengthAt: (position) => {
      if (position < start || position + 4 > start + filled) {
        start = position;
        filled = fillSync(file, window, position);
        if (filled < 4) return undefined;
      }
      return window.readUInt32LE(position - start);
    },
  };
}

/** Lists the rows of an open file. @throws TableFault where {@link indexParquet} throws */
export async function listRows(file: SyncFile): Promise<ContainerIndex> {
  const table = await openTable(file);
  const { footer, columns } = table;
  const labels = await readScalars(file, footer, table.label, memberName);
  const paths = table.path === null ? labels.map(() => null) : await readScalars(file, footer, table.path, memberName);
  const texts = table.labelText === null ? [] : await readScalars(file, footer, table.labelText, memberName);
  const places = await placeImages(file, table);
  return {
    members: members(rowNames(paths as (string | null)[]), { labels, texts }, places),
    labelNames: columns.labelNames ?? undefined,
    notes: [`images are read from the column ${table.image.path.join(".")}, labels from ${table.label.path.join(".")}`],
    warnings: [],
  };
}

function* members(
  names: readonly string[],
  { labels, texts }: { readonly labels: readonly Scalar[]; readonly texts: readonly Scalar[] },
  { positions, bytes }: Places,
): Iterable<ContainerMember> {
  for (const [row, name] of names.entries()) {
    const label = labels[row] ?? null;
    const place = { name, bytes: bytes[row] as number, position: positions[row] as number };
    const text = texts[row];
    if (label === null) yield place;
    else yield typeof text === "string" ? { ...place, label, labelText: text } : { ...place, label };
  }
}

async function placeImages(file: SyncFile, { footer, image: leaf }: ParquetTable): Promise<Places> {
  const positions = Float64Array.from({ length: footer.rows }, (_, row) => row);
  const bytes = new Float64Array(footer.rows);
  for (const group of footer.rowGroups) {
    const column = await openColumn(file, footer, group, leaf);
    await withinAsync(
      () => `column ${leaf.path.join(".")}, row group ${group.index}`,
      () => placeGroup(file, { group, leaf, ...column }, { positions, bytes }),
    );
    await nextTurn(); // let other work of the process run
  }
  return { positions, bytes };
}

interface ImageColumn extends ColumnPages {
  readonly group: RowGroup;
  readonly leaf: Leaf;
}

async function placeGroup(file: SyncFile, column: ImageColumn, places: Places): Promise<void> {
  const { chunk, pages, dictionary, group, leaf } = column;
  // a page with a checksum is read whole, so that it can be verified
  if ([dictionary, ...pages].some((page) => page !== null && page.crc !== null)) return;
  const isBare = chunk.codec === "UNCOMPRESSED";
  const entries =
    isBare && dictionary !== null ? walkValues(file, dictionary, dictionary.offset, dictionary.count) : null;
  for (const page of pages) {
    const firstRow = group.firstRow + page.firstRow;
    if (isBare && usesDictionary(page)) {
      const body = await readPageBody(file, page, leaf, chunk.codec);
      const rows = dictionaryRows(body, dictionary?.count ?? 0);
      if (entries !== null) place(places, firstRow, page.count, rows, entries);
    } else if (page.encoding === "PLAIN" && (isBare || (page.levels.areApart && !page.levels.compressed))) {
      if (page.bytes !== page.decompressedBytes) {
        throw new TableFault(`damaged: a page of ${page.bytes} bytes, expected ${page.decompressedBytes}`);
      }
      const { presence, start } = await readLevels(file, page, leaf);
      place(places, firstRow, page.count, presence.of, walkValues(file, page, start, presence.present));
    }
  }
}

/** Reads which rows of a page have a value and where the values begin, without reading them. */
async function readLevels(
  file: ByteSource,
  page: Page,
  leaf: Leaf,
): Promise<{ readonly presence: RowValues; readonly start: number }> {
  const { offset, bytes, count, levels } = page;
  if (leaf.maxDefinition === 0) return { presence: { present: count, of: null }, start: offset + levels.bytes };
  const read = async (from: number, length: number) => new Uint8Array(await file.slice(from, from + length));
  if (levels.areApart) {
    return {
      presence: readPresence(await read(offset, levels.bytes), count, leaf.maxDefinition),
      start: offset + levels.bytes,
    };
  }
  const size = await read(offset, Math.min(4, bytes));
  const end = levelsEnd(size, bytes);
  return { presence: readPresence(await read(offset + 4, end - 4), count, leaf.maxDefinition), start: offset + end };
}

interface Values {
  /** (values,), bytes of the file */
  readonly starts: Float64Array;
  readonly lengths: Float64Array;
}

/** Finds PLAIN values in place. */
function walkValues(file: SyncFile, page: Page, start: number, count: number): Values {
  const end = page.offset + page.bytes;
  if (4 * count > end - start) throw new TableFault(`damaged: ${count} values in ${end - start} bytes`);
  const starts = new Float64Array(count);
  const lengths = new Float64Array(count);
  let at = start;
  for (let i = 0; i < count; i++) {
    const length = at + 4 > end ? undefined : file.lengthAt(at);
    if (length === undefined || at + 4 + length > end) {
      throw new TableFault(`damaged: its values end after ${i} of ${count}`);
    }
    if (length > MAX_BYTES) {
      throw new TableFault(`an image of ${length} bytes; the maximum is ${MAX_BYTES}`);
    }
    starts[i] = at + 4;
    lengths[i] = length;
    at += 4 + length;
  }
  if (at !== end) throw new TableFault(`damaged: ${end - at} bytes remain after its values`);
  return { starts, lengths };
}

function place(
  { positions, bytes }: Places,
  firstRow: number,
  count: number,
  rows: Int32Array | null,
  { starts, lengths }: Values,
): void {
  for (let row = 0; row < count; row++) {
    const value = rows === null ? row : (rows[row] as number);
    const length = lengths[value] ?? 0;
    if (length === 0) continue; // null or empty: reported by its row when it is read
    positions[firstRow + row] = starts[value] as number;
    bytes[firstRow + row] = length;
  }
}
