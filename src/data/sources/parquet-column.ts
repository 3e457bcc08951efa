import { crc32 } from "node:zlib";
import type { ByteSource } from "./byte-source.ts";
import { openCodec } from "./parquet-decompress.ts";
import { withinAsync } from "./parquet-fault.ts";
import type { Chunk, OpenFooter, RowGroup } from "./parquet-footer.ts";
import { type RowValues, readPresence } from "./parquet-levels.ts";
import { listPages, type Page } from "./parquet-pages.ts";
import type { Leaf } from "./parquet-schema.ts";
import { type ByteValues, decodeBytes, decodeIndices, decodeNumbers } from "./parquet-values.ts";
import { TableFault } from "./table-columns.ts";

/** A column of a row group, and its pages. */
export interface ColumnPages {
  readonly chunk: Chunk;
  readonly pages: readonly Page[];
  readonly dictionary: Page | null;
}

const NO_CHUNK: Chunk = { codec: "UNCOMPRESSED", start: 0, end: 0 };

/** Opens a column of a row group. @throws TableFault naming column and row group */
export function openColumn(file: ByteSource, footer: OpenFooter, group: RowGroup, leaf: Leaf): Promise<ColumnPages> {
  return withinAsync(
    () => placeOf(group, leaf),
    async () => {
      if (group.rows === 0) return { chunk: NO_CHUNK, pages: [], dictionary: null };
      const chunk = footer.chunkOf(group, leaf);
      const pages = await listPages(file, chunk, group.rows);
      const dictionary = pages.find(({ isDictionary }) => isDictionary) ?? null;
      return { chunk, pages: pages.filter(({ isDictionary }) => !isDictionary), dictionary };
    },
  );
}

function placeOf(group: RowGroup, leaf: Leaf): string {
  return `column ${leaf.path.join(".")}, row group ${group.index}`;
}

/** The content of a page: which rows have a value, and the values. */
export interface PageBody {
  readonly presence: RowValues;
  readonly values: Uint8Array;
}

/** Reads a page, verifies its checksum if it has one, decompresses it and finds which rows have a value. */
export async function readPageBody(file: ByteSource, page: Page, leaf: Leaf, codec: string): Promise<PageBody> {
  const raw = new Uint8Array(await file.slice(page.offset, page.offset + page.bytes));
  if (raw.length !== page.bytes) throw new TableFault("truncated while it was read");
  if (page.crc !== null && crc32(raw) !== page.crc) {
    throw new TableFault(
      `damaged: the checksum of its page at byte ${page.offset} does not match; fetch the file again`,
    );
  }
  const decompress = await openCodec(codec);
  const { levels } = page;
  const head = raw.subarray(0, levels.bytes);
  const rest = raw.subarray(levels.bytes);
  const length = page.decompressedBytes - levels.bytes;
  const isPlain = decompress === null || !levels.compressed || (rest.length === 0 && length === 0);
  const body = isPlain ? rest : decompress(rest, length);
  if (body.length !== length) throw new TableFault(`damaged: a page of ${body.length} bytes, expected ${length}`);
  const allThere = { present: page.count, of: null };
  if (page.isDictionary || leaf.maxDefinition === 0) return { presence: allThere, values: body };
  if (levels.areApart) return { presence: readPresence(head, page.count, leaf.maxDefinition), values: body };
  const end = levelsEnd(body);
  const presence = readPresence(body.subarray(4, end), page.count, leaf.maxDefinition);
  return { presence, values: body.subarray(end) };
}

/**
 * Returns where the levels of a page of version 1 end; they begin with their length. @param length of the page, of
 * which only the start is needed
 */
export function levelsEnd(body: Uint8Array, length = body.length): number {
  if (body.length < 4) throw new TableFault("damaged: a page ends before its levels");
  const end = 4 + new DataView(body.buffer, body.byteOffset).getUint32(0, true);
  if (end > length) throw new TableFault("damaged: a page's levels extend beyond it");
  return end;
}

/** Whether a page's values are positions in its row group's dictionary. */
export function usesDictionary({ encoding }: Page): boolean {
  return encoding === "RLE_DICTIONARY" || encoding === "PLAIN_DICTIONARY";
}

/** Returns for each row of a page the position of its value in the dictionary; -1 for null. */
export function dictionaryRows({ presence, values }: PageBody, entries: number): Int32Array {
  const indices = new Int32Array(decodeIndices(values, presence.present, entries).buffer);
  return presence.of === null ? indices : presence.of.map((at) => (at < 0 ? -1 : (indices[at] as number)));
}

/** Returns the values of a page of bytes, or the entries of a dictionary. */
export function bytesOf({ presence, values }: PageBody, page: Page): Promise<ByteValues> {
  return decodeBytes(values, presence.present, page.isDictionary ? "PLAIN" : page.encoding);
}

/** The value of a row; null where it has none. */
export type Scalar = number | string | null;

/**
 * Reads a column of text or whole numbers.
 *
 * @param toText  converts bytes to text
 * @returns a value for each row of the file
 * @throws TableFault naming column and row group
 */
export async function readScalars(
  file: ByteSource,
  footer: OpenFooter,
  leaf: Leaf,
  toText: (bytes: Uint8Array) => string,
): Promise<Scalar[]> {
  const all: Scalar[] = [];
  for (const group of footer.rowGroups) {
    const column = await openColumn(file, footer, group, leaf);
    await withinAsync(
      () => placeOf(group, leaf),
      () => appendScalars(file, column, leaf, toText, all),
    );
  }
  return all;
}

async function appendScalars(
  file: ByteSource,
  { chunk, pages, dictionary }: ColumnPages,
  leaf: Leaf,
  toText: (bytes: Uint8Array) => string,
  all: Scalar[],
): Promise<void> {
  const open = (page: Page) => readPageBody(file, page, leaf, chunk.codec);
  const entries =
    dictionary === null
      ? []
      : await scalarsOf(await open(dictionary), { ...dictionary, encoding: "PLAIN" }, leaf, toText);
  for (const page of pages) {
    const body = await open(page);
    const isCoded = usesDictionary(page);
    const values = isCoded ? entries : await scalarsOf(body, page, leaf, toText);
    const rows = isCoded ? dictionaryRows(body, entries.length) : body.presence.of;
    for (let row = 0; row < page.count; row++) all.push(values[rows === null ? row : (rows[row] as number)] ?? null);
  }
}

async function scalarsOf(
  body: PageBody,
  page: Page,
  leaf: Leaf,
  toText: (bytes: Uint8Array) => string,
): Promise<readonly (number | string)[]> {
  if (leaf.type !== "BYTE_ARRAY") {
    const type = { ...leaf, storedBits: leaf.type === "INT64" ? 64 : 32 } as const;
    return Array.from(await decodeNumbers(body.values, body.presence.present, page.encoding, type));
  }
  const { bytes, starts, ends } = await bytesOf(body, page);
  return Array.from(starts, (start, i) => toText(bytes.subarray(start, ends[i])));
}
