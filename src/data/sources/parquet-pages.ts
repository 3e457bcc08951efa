import type { PageHeader } from "hyparquet";
import type { ByteSource } from "./byte-source.ts";
import { loadHyparquet } from "./load-hyparquet.ts";
import { decodeWith } from "./parquet-fault.ts";
import type { Chunk } from "./parquet-footer.ts";
import { structEnd } from "./parquet-thrift.ts";
import { TableFault } from "./table-columns.ts";

/** A page of a column: the values of some rows, or the dictionary that the numbers of other pages refer to. */
export interface Page {
  readonly isDictionary: boolean;
  /** where its data begin in the file */
  readonly offset: number;
  /** bytes in the file, and after decompression */
  readonly bytes: number;
  readonly decompressedBytes: number;
  /** first row in its row group; 0 for a dictionary */
  readonly firstRow: number;
  /** number of rows, or of dictionary entries */
  readonly count: number;
  readonly encoding: string;
  /** CRC-32 of its bytes in the file; null where the writer stored none */
  readonly crc: number | null;
  /** of a data page of version 2, whose levels precede the values and are not compressed */
  readonly levels: { readonly bytes: number; readonly areApart: boolean; readonly compressed: boolean };
}

/** Initial bytes read for a header: most have 20 bytes, or 100 with statistics. */
const HEADER_BYTES = 512;
/** Maximum header size: old writers put the smallest and the largest value into a header, even whole images. */
const LONGEST_HEADER = 16 << 20;
/** Maximum number of pages without rows. */
const EMPTY_PAGES = 64;

/**
 * Lists the pages of a column chunk by their headers, without reading their content.
 *
 * @param rows  of the row group: the pages contain each of them once
 * @throws TableFault for an impossible header, pages outside the chunk, or a different number of rows
 */
export async function listPages(file: ByteSource, chunk: Chunk, rows: number): Promise<Page[]> {
  const { parquetHeader } = await loadHyparquet();
  const pages: Page[] = [];
  let firstRow = 0;
  for (let at = chunk.start; firstRow < rows; ) {
    if (at >= chunk.end) throw new TableFault(`damaged: its pages contain ${firstRow} of ${rows} rows`);
    if (pages.length > rows + EMPTY_PAGES) throw new TableFault(`damaged: more than ${pages.length} pages`);
    const bytes = await readHeader(file, at, chunk.end);
    const header = decodeWith("a page's header", () => parquetHeader({ view: viewOf(bytes), offset: 0 }));
    const offset = at + bytes.length;
    const length = toCount(header.compressed_page_size, "a page's size");
    if (offset + length > chunk.end) throw new TableFault(`damaged: its page at byte ${at} extends beyond its end`);
    at = offset + length;
    const page = readPage(header, offset, length, firstRow);
    if (page === null) continue;
    if (page.isDictionary && pages.some(({ isDictionary }) => isDictionary)) {
      throw new TableFault("damaged: a second dictionary in a row group");
    }
    pages.push(page);
    if (!page.isDictionary) firstRow += page.count;
    if (firstRow > rows) throw new TableFault(`damaged: its pages contain more than its row group's ${rows} rows`);
  }
  return pages;
}

/** Reads the header that begins at a byte. */
async function readHeader(file: ByteSource, at: number, end: number): Promise<Uint8Array> {
  for (let window = HEADER_BYTES; ; window *= 8) {
    const bytes = new Uint8Array(await file.slice(at, Math.min(at + window, end)));
    const length = structEnd(bytes);
    if (length !== null) return bytes.subarray(0, length);
    if (at + window >= end || window >= LONGEST_HEADER) {
      throw new TableFault(`damaged: the header of its page at byte ${at} does not end`);
    }
  }
}

/** Reads a page from its header; null for a page without values: an index. */
function readPage(header: PageHeader, offset: number, bytes: number, firstRow: number): Page | null {
  const decompressedBytes = toCount(header.uncompressed_page_size, "a page's size");
  const crc = typeof header.crc === "number" ? header.crc >>> 0 : null;
  const base = { isDictionary: false, offset, bytes, decompressedBytes, firstRow, crc };
  const together = { bytes: 0, areApart: false, compressed: true };
  if (header.type === "DICTIONARY_PAGE" && header.dictionary_page_header !== undefined) {
    const { num_values, encoding } = header.dictionary_page_header;
    const count = toCount(num_values, "a dictionary's size");
    if (count > decompressedBytes) {
      throw new TableFault(`damaged: a dictionary of ${count} entries in ${decompressedBytes} bytes`);
    }
    return { ...base, isDictionary: true, firstRow: 0, count, encoding: String(encoding), levels: together };
  }
  if (header.type === "DATA_PAGE" && header.data_page_header !== undefined) {
    const { num_values, encoding, definition_level_encoding: levels } = header.data_page_header;
    if (levels !== "RLE") throw new TableFault(`definition levels are encoded as ${levels}, which is not supported`);
    return { ...base, count: toCount(num_values, "a page's rows"), encoding: String(encoding), levels: together };
  }
  if (header.type === "DATA_PAGE_V2" && header.data_page_header_v2 !== undefined) {
    const v2 = header.data_page_header_v2;
    const levels = toCount(v2.definition_levels_byte_length, "the size of a page's levels");
    if (toCount(v2.repetition_levels_byte_length ?? 0, "the size of a page's levels") > 0) {
      throw new TableFault("damaged: a page of lists in a column without lists");
    }
    if (levels > Math.min(bytes, decompressedBytes)) throw new TableFault("damaged: a page's levels extend beyond it");
    return {
      ...base,
      count: toCount(v2.num_values, "a page's rows"),
      encoding: String(v2.encoding),
      levels: { bytes: levels, areApart: true, compressed: v2.is_compressed !== false },
    };
  }
  if (header.type === "INDEX_PAGE") return null;
  throw new TableFault(`damaged: a page of an unknown kind at byte ${offset}`);
}

function toCount(value: unknown, what: string): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= 0) return value;
  throw new TableFault(`damaged: ${what} cannot be ${String(value).slice(0, 40)}`);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
