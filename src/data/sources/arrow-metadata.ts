import {
  type FlatTable,
  numberAt,
  openFlatBuffer,
  readFlag,
  readNumber,
  readString,
  readTable,
  readTables,
  readVector,
} from "./arrow-flatbuffer.ts";
import { TableFault } from "./table-columns.ts";

/*
 * The content of Arrow's messages. Field numbers are those of apache/arrow format/Message.fbs, Schema.fbs and File.fbs,
 * whose order the format guarantees (format version 1.5).
 */

/** A field of the schema. */
export interface ArrowField {
  readonly name: string;
  readonly type: ArrowType;
  /** id of the dictionary that the values index; null where they are not indices */
  readonly dictionary: number | null;
  /** type of the indices, or of the values if there is no dictionary */
  readonly index: ArrowType;
  readonly children: readonly ArrowField[];
}

/** A type, by its name in Arrow's schema. */
export interface ArrowType {
  readonly name: string;
  /** of an Int */
  readonly bits: number;
  readonly isSigned: boolean;
}

export interface ArrowSchema {
  readonly fields: readonly ArrowField[];
  readonly metadata: ReadonlyMap<string, string>;
}

/** The position of a buffer in the body of its message. */
export interface ArrowBuffer {
  readonly offset: number;
  readonly length: number;
}

export interface ArrowBatch {
  readonly rows: number;
  readonly nodes: readonly { readonly length: number; readonly nulls: number }[];
  readonly buffers: readonly ArrowBuffer[];
  readonly compression: "LZ4" | "ZSTD" | null;
}

export type ArrowMessage = { readonly bodyLength: number } & (
  | { readonly kind: "schema"; readonly schema: ArrowSchema }
  | { readonly kind: "batch"; readonly batch: ArrowBatch }
  | { readonly kind: "dictionary"; readonly id: number; readonly isDelta: boolean; readonly batch: ArrowBatch }
);

export interface ArrowBlock {
  /** where the message begins in the file */
  readonly offset: number;
  readonly metadataLength: number;
  readonly bodyLength: number;
}

const HEADERS = ["none", "schema", "dictionary", "batch", "tensor", "sparse tensor"];
const TYPES =
  "none Null Int FloatingPoint Binary Utf8 Bool Decimal Date Time Timestamp Interval List Struct Union FixedSizeBinary FixedSizeList Map Duration LargeBinary LargeUtf8 LargeList RunEndEncoded BinaryView Utf8View ListView LargeListView".split(
    " ",
  );

/** Maximum nesting of structs; tables of images have two levels. */
const DEPTH = 32;
/** Version V4, from Arrow 0.8 on; earlier versions have another layout of bodies. */
const MIN_VERSION = 3;

/** Parses a message's metadata. @throws TableFault for damaged metadata, or an unsupported kind or version */
export async function parseMessage(bytes: Uint8Array): Promise<ArrowMessage> {
  const message = await openFlatBuffer(bytes);
  if (readNumber(message, 0, 2) < MIN_VERSION) throw new TableFault("written by an Arrow before 0.8; write it again");
  const kind = HEADERS[readNumber(message, 1, 1)] ?? "unknown";
  const header = readTable(message, 2);
  const bodyLength = readNumber(message, 3, 8);
  if (header === null || bodyLength < 0) throw new TableFault("damaged: a message without a header");
  if (kind === "schema") return { kind, bodyLength, schema: parseSchema(header) };
  if (kind === "batch") return { kind, bodyLength, batch: parseBatch(header, bodyLength) };
  if (kind !== "dictionary") throw new TableFault(`a message of the kind ${kind}, which tables do not contain`);
  const data = readTable(header, 1);
  if (data === null) throw new TableFault("damaged: a dictionary without values");
  const batch = parseBatch(data, bodyLength);
  return { kind, bodyLength, id: readNumber(header, 0, 8), isDelta: readFlag(header, 2), batch };
}

/** Parses a file's footer, which lists the positions of its messages. @throws TableFault for a damaged footer */
export async function parseFooter(
  bytes: Uint8Array,
): Promise<{ schema: ArrowSchema; dictionaries: ArrowBlock[]; batches: ArrowBlock[] }> {
  const footer = await openFlatBuffer(bytes);
  const schema = readTable(footer, 1);
  if (schema === null) throw new TableFault("damaged: a footer without a schema");
  return { schema: parseSchema(schema), dictionaries: parseBlocks(footer, 2), batches: parseBlocks(footer, 3) };
}

function parseBlocks(footer: FlatTable, field: number): ArrowBlock[] {
  const { at, length } = readVector(footer, field, 24) ?? { at: 0, length: 0 };
  return Array.from({ length }, (_, i) => ({
    offset: numberAt(footer.buffer, at + 24 * i, 8),
    metadataLength: numberAt(footer.buffer, at + 24 * i + 8, 4),
    bodyLength: numberAt(footer.buffer, at + 24 * i + 16, 8),
  }));
}

function parseSchema(schema: FlatTable): ArrowSchema {
  if (readNumber(schema, 0, 2) !== 0)
    throw new TableFault("written on a big-endian machine; write it on a little-endian one");
  const metadata = new Map<string, string>();
  for (const entry of readTables(schema, 2)) metadata.set(readString(entry, 0) ?? "", readString(entry, 1) ?? "");
  return { fields: readTables(schema, 1).map((field) => parseField(field, 1)), metadata };
}

function parseField(field: FlatTable, depth: number): ArrowField {
  if (depth > DEPTH) throw new TableFault(`columns nested more than ${DEPTH} deep`);
  const type = parseType(readNumber(field, 2, 1), readTable(field, 3));
  const dictionary = readTable(field, 4);
  const indexType = dictionary === null ? null : readTable(dictionary, 1);
  return {
    name: readString(field, 0) ?? "",
    type,
    dictionary: dictionary === null ? null : readNumber(dictionary, 0, 8),
    // without an explicit type, indices have 32 bits
    index: dictionary === null ? type : parseType(2, indexType, 32, true),
    children: readTables(field, 5).map((child) => parseField(child, depth + 1)),
  };
}

function parseType(type: number, table: FlatTable | null, bits = 0, isSigned = false): ArrowType {
  const name = TYPES[type] ?? "unknown";
  const isInt = name === "Int" && table !== null;
  return {
    name,
    bits: isInt ? readNumber(table, 0, 4) : bits,
    isSigned: isInt ? readFlag(table, 1) : isSigned,
  };
}

function parseBatch(batch: FlatTable, bodyLength: number): ArrowBatch {
  const rows = readNumber(batch, 0, 8);
  const nodes = readVector(batch, 1, 16) ?? { at: 0, length: 0 };
  const buffers = readVector(batch, 2, 16) ?? { at: 0, length: 0 };
  const number = (at: number) => numberAt(batch.buffer, at, 8);
  const compression = readTable(batch, 3);
  if (rows < 0) throw new TableFault(`damaged: a batch of ${rows} rows`);
  return {
    rows,
    nodes: Array.from({ length: nodes.length }, (_, i) => ({
      length: number(nodes.at + 16 * i),
      nulls: number(nodes.at + 16 * i + 8),
    })),
    buffers: Array.from({ length: buffers.length }, (_, i) => {
      const offset = number(buffers.at + 16 * i);
      const length = number(buffers.at + 16 * i + 8);
      if (offset < 0 || length < 0 || offset + length > bodyLength) {
        throw new TableFault(`damaged: a buffer of ${length} bytes at ${offset} of a body of ${bodyLength}`);
      }
      return { offset, length };
    }),
    compression: compression === null ? null : readNumber(compression, 0, 1) === 0 ? "LZ4" : "ZSTD",
  };
}
