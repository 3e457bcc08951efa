import { InputError } from "../../foundation/errors.ts";
import type { ContainerFile, ContainerReader, MemberPlace } from "./container-format.ts";
import {
  bytesOf,
  type ColumnPages,
  dictionaryRows,
  openColumn,
  readPageBody,
  usesDictionary,
} from "./parquet-column.ts";
import { tableError, withinAsync } from "./parquet-fault.ts";
import type { RowGroup } from "./parquet-footer.ts";
import type { Page } from "./parquet-pages.ts";
import { openTable, type ParquetTable } from "./parquet-table.ts";
import type { ByteValues } from "./parquet-values.ts";
import { createRecentCache } from "./recent-cache.ts";
import { TableFault } from "./table-columns.ts";

/**
 * Capacity of the cache of decoded pages, in bytes: images are read in order, and a page of `datasets` has 1 MB. The
 * last page is always kept.
 */
const PAGE_CACHE = 64 << 20;
/** Numbers of footers and page lists that are kept. */
const FOOTERS = 16;
const PAGE_LISTS = 64;

/** A decoded page: the values, and which rows have one. */
interface DecodedPage {
  readonly values: ByteValues;
  /** for each row the position of its value, -1 for null; null where every row has a value */
  readonly of: Int32Array | null;
}

/**
 * Opens a reader for one thread. Images stored uncompressed are read directly; for others a page is decoded once, and
 * also serves the following images.
 */
export function openParquetReader(): ContainerReader {
  const tables = createRecentCache<string, ParquetTable>(FOOTERS, () => 1);
  const columns = createRecentCache<string, ColumnPages>(PAGE_LISTS, () => 1);
  const pages = createRecentCache<string, DecodedPage>(PAGE_CACHE, ({ values }) => values.bytes.length);

  /** @throws TableFault */
  async function readRow({ path, bytes }: ContainerFile, row: number): Promise<Uint8Array> {
    const id = `${path}\n${bytes.byteLength}`;
    const table = await tables.get(id, () => openTable(bytes));
    const leaf = table.image;
    const group = findAtOrBefore(table.footer.rowGroups, row, ({ firstRow }) => firstRow);
    if (row >= table.footer.rows || group === undefined) throw new TableFault(`row ${row} is beyond its end`);
    const column = await columns.get(`${id} ${group.index}`, () => openColumn(bytes, table.footer, group, leaf));
    const page = findAtOrBefore(column.pages, row - group.firstRow, ({ firstRow }) => firstRow) as Page;

    const decode = async (wanted: Page, entries: ByteValues | null): Promise<DecodedPage> => {
      const body = await readPageBody(bytes, wanted, leaf, column.chunk.codec);
      if (entries === null) return { values: await bytesOf(body, wanted), of: body.presence.of };
      return { values: entries, of: dictionaryRows(body, entries.starts.length) };
    };
    const decoded = await withinAsync(
      () => `row ${row}: column ${leaf.path.join(".")}`,
      async () => {
        if (!usesDictionary(page)) return pages.get(`${id} ${page.offset}`, () => decode(page, null));
        const { dictionary } = column;
        const entries =
          dictionary === null
            ? NO_VALUES
            : (await pages.get(`${id} ${dictionary.offset}`, () => decode(dictionary, null))).values;
        return pages.get(`${id} ${page.offset}`, () => decode(page, entries));
      },
    );
    return imageOf(decoded, row, row - group.firstRow - page.firstRow, table, group);
  }

  async function read(file: ContainerFile, member: MemberPlace): Promise<Uint8Array> {
    try {
      return member.bytes > 0 ? await readBare(file, member, member.bytes) : await readRow(file, member.position);
    } catch (cause) {
      throw tableError(file.path, cause);
    }
  }

  return {
    read,
    async readHead(file, member, into) {
      const whole = member.bytes > 0 ? null : await read(file, member);
      const head = whole ?? (await readBare(file, member, Math.min(member.bytes, into.length)));
      const part = head.subarray(0, into.length);
      into.set(part);
      return into.subarray(0, part.length);
    },
    async close() {
      for (const cache of [tables, columns, pages]) cache.clear();
    },
  };
}

const NO_VALUES: ByteValues = { bytes: new Uint8Array(0), starts: new Uint32Array(0), ends: new Uint32Array(0) };

/** Reads an image that is stored uncompressed. */
async function readBare({ path, bytes }: ContainerFile, member: MemberPlace, length: number): Promise<Uint8Array> {
  const image = new Uint8Array(await bytes.slice(member.position, member.position + length));
  if (image.length === length) return image;
  throw new InputError(
    `${path}: ends before byte ${member.position + length}; was it changed after its rows were listed? run again`,
  );
}

function imageOf(
  { values, of }: DecodedPage,
  row: number,
  rowOfPage: number,
  { image, path }: ParquetTable,
  group: RowGroup,
): Uint8Array {
  const at = of === null ? rowOfPage : (of[rowOfPage] ?? -1);
  const column = image.path.join(".");
  if (at < 0) {
    const only = path === null ? "" : "; images given only by a path are not supported";
    throw new TableFault(`row ${row} (row group ${group.index}): ${column} is null${only}`);
  }
  const bytes = values.bytes.subarray(values.starts[at], values.ends[at]);
  if (bytes.length === 0) throw new TableFault(`row ${row} (row group ${group.index}): ${column} is empty`);
  return bytes;
}

/** Finds the last item that begins at or before a position, by binary search. */
function findAtOrBefore<Item>(
  items: readonly Item[],
  position: number,
  startOf: (item: Item) => number,
): Item | undefined {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (startOf(items[middle] as Item) <= position) low = middle + 1;
    else high = middle;
  }
  return items[low - 1];
}
