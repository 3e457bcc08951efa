import type { FileMetaData } from "hyparquet";
import type { ByteSource } from "./byte-source.ts";
import { loadHyparquet } from "./load-hyparquet.ts";
import { decodeWith } from "./parquet-fault.ts";
import { type Leaf, readLeaves } from "./parquet-schema.ts";
import { structEnd } from "./parquet-thrift.ts";
import { TableFault } from "./table-columns.ts";

/** The content of a Parquet file's footer. */
export interface ParquetFooter {
  readonly rows: number;
  readonly leaves: readonly Leaf[];
  readonly rowGroups: readonly RowGroup[];
  /** key → text that the writer stored */
  readonly notes: ReadonlyMap<string, string>;
}

export interface RowGroup {
  /** in the file, from 0 */
  readonly index: number;
  readonly firstRow: number;
  readonly rows: number;
}

/** The position of a column of a row group in the file. */
export interface Chunk {
  readonly codec: string;
  /** bytes [start, end) contain its pages, the dictionary first */
  readonly start: number;
  readonly end: number;
}

export type OpenFooter = ParquetFooter & {
  /** @throws TableFault for a column that is encrypted, elsewhere, or outside the file */
  chunkOf(rowGroup: RowGroup, leaf: Leaf): Chunk;
};

const MAGIC = "PAR1";
const ENCRYPTED = "PARE";
/** Maximum size of a footer. Footers of real sets have a few kB, or some MB with thousands of row groups. */
const FOOTER_BYTES = 64 << 20;
/** Maximum number of rows. ImageNet-21k has 14 million images, in hundreds of files. */
const ROWS = 20_000_000;

/**
 * Reads a file's footer.
 *
 * @throws TableFault for a file that is not Parquet, is truncated or encrypted, or has impossible values
 */
export async function readFooter(file: ByteSource): Promise<OpenFooter> {
  const { parquetMetadata } = await loadHyparquet();
  const size = file.byteLength;
  const head = Buffer.from(await file.slice(0, Math.min(size, 64))).toString("latin1");
  const tail = Buffer.from(await file.slice(Math.max(0, size - 8), size));
  checkMagic(size, head, tail.toString("latin1", Math.max(0, tail.length - 4)));
  const length = tail.readUInt32LE(0);
  if (length > size - 12) throw new TableFault(`damaged: its footer claims ${length} of its ${size} bytes`);
  if (length > FOOTER_BYTES) {
    throw new TableFault(`its footer has ${length} bytes, the maximum is ${FOOTER_BYTES}; write larger row groups`);
  }
  const bytes = new Uint8Array(await file.slice(size - 8 - length, size));
  if (bytes.length !== length + 8) throw new TableFault("truncated while it was read");
  if (structEnd(bytes.subarray(0, length)) === null) throw new TableFault("damaged: its footer ends early");
  const metadata = decodeWith("its footer", () => parquetMetadata(bytes, { geoparquet: false }));
  return openFooter(metadata, size - 8 - length);
}

function checkMagic(size: number, head: string, tail: string): void {
  if (size === 0) throw new TableFault("it is empty; fetch the file again");
  if (head.startsWith("version https://git-lfs")) {
    throw new TableFault("not a Parquet file, it is a Git LFS pointer; fetch the file with git lfs pull");
  }
  if (head.startsWith(ENCRYPTED) || tail === ENCRYPTED) {
    throw new TableFault("it is encrypted, which is not supported; write it without encryption");
  }
  if (!head.startsWith(MAGIC)) throw new TableFault('not a Parquet file: it does not begin with "PAR1"');
  if (size < 12 || tail !== MAGIC) {
    throw new TableFault(`cut short: it ends at byte ${size} without a footer; fetch the file again`);
  }
}

/** Checks a footer's metadata. @param dataEnd  where the footer begins */
function openFooter(metadata: FileMetaData, dataEnd: number): OpenFooter {
  const leaves = readLeaves(metadata.schema);
  const rows = toCount(metadata.num_rows, "its number of rows", ROWS);
  let firstRow = 0;
  const rowGroups = metadata.row_groups.map((group, index) => {
    const rowGroup = { index, firstRow, rows: toCount(group.num_rows, `the rows of row group ${index}`, ROWS) };
    firstRow += rowGroup.rows;
    if (group.columns.length !== leaves.length) {
      throw new TableFault(
        `damaged: row group ${index} has ${group.columns.length} columns, the schema ${leaves.length}`,
      );
    }
    return rowGroup;
  });
  if (firstRow !== rows)
    throw new TableFault(`damaged: its row groups have ${firstRow} rows, its footer states ${rows}`);
  if (rows > dataEnd) throw new TableFault(`damaged: it claims ${rows} rows in ${dataEnd} bytes`);
  const notes = new Map<string, string>();
  for (const { key, value } of metadata.key_value_metadata ?? []) if (value !== undefined) notes.set(key, value);
  return {
    rows,
    leaves,
    rowGroups,
    notes,
    chunkOf: ({ index }, leaf) => readChunk(metadata.row_groups[index]?.columns[leaf.column], leaf, dataEnd),
  };
}

function readChunk(
  column: FileMetaData["row_groups"][number]["columns"][number] | undefined,
  leaf: Leaf,
  dataEnd: number,
): Chunk {
  if (column?.crypto_metadata !== undefined || column?.encrypted_column_metadata !== undefined) {
    throw new TableFault("it is encrypted, which is not supported; write it without encryption");
  }
  if (column?.file_path) throw new TableFault("its data are in another file, which is not supported");
  const data = column?.meta_data;
  if (typeof data !== "object" || !Array.isArray(data.path_in_schema))
    throw new TableFault("damaged: its footer does not state its position");
  if (data.type !== leaf.type || data.path_in_schema.join(".") !== leaf.path.join(".")) {
    throw new TableFault(`damaged: its footer has ${data.path_in_schema.join(".")} (${data.type}) in its place`);
  }
  const dataStart = toCount(data.data_page_offset, "the position of its pages", dataEnd);
  const dictionary = toCount(data.dictionary_page_offset ?? 0n, "the position of its dictionary", dataEnd);
  const start = dictionary > 0 && dictionary < dataStart ? dictionary : dataStart;
  const end = start + toCount(data.total_compressed_size, "its size", dataEnd);
  if (start < 4 || end > dataEnd) {
    throw new TableFault(`damaged: bytes ${start} to ${end} are outside the file's data, which end at ${dataEnd}`);
  }
  return { codec: String(data.codec ?? "unknown"), start, end };
}

function toCount(value: unknown, what: string, maximum: number): number {
  const count = typeof value === "bigint" || typeof value === "number" ? Number(value) : Number.NaN;
  if (Number.isInteger(count) && count >= 0 && count <= maximum) return count;
  throw new TableFault(`damaged: ${what} cannot be ${String(value).slice(0, 40)}`);
}
