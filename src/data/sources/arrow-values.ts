import type { ArrowBatch } from "./arrow-metadata.ts";
import type { ArrowSlot } from "./arrow-slots.ts";
import type { ByteSource } from "./byte-source.ts";
import { TableFault } from "./table-columns.ts";

/** Maximum bytes of a column of labels or paths in a batch, which has a few thousand rows. */
const MAX_TEXT = 256 << 20;

/** A batch of rows, and the file that contains its body. */
export interface PlacedBatch {
  readonly file: ByteSource;
  readonly bodyStart: number;
  readonly batch: ArrowBatch;
}

/** The positions of the values of a column of bytes or text. */
export interface ValueRanges {
  /** (rows + 1,), in the column's data: the value of row r is [offsets[r], offsets[r + 1]) */
  readonly offsets: Float64Array;
  /** where the data begin in the file */
  readonly dataStart: number;
}

/** Whether a row has a value: neither it nor a struct that contains it is null. */
export type Presence = (row: number) => boolean;

/** Reads which rows of a column have a value. @throws TableFault for damaged data */
export async function readPresence(placed: PlacedBatch, slot: ArrowSlot): Promise<Presence> {
  const { batch } = placed;
  const bitmaps: Buffer[] = [];
  for (const { node, buffer } of [...slot.parents, slot]) {
    const { length, nulls } = nodeOf(batch, node);
    if (length !== batch.rows)
      throw new TableFault(`is damaged: a column of ${length} rows in a batch of ${batch.rows}`);
    // a batch without nulls may omit the bitmap
    if (nulls !== 0) bitmaps.push(await readBuffer(placed, buffer, Math.ceil(batch.rows / 8)));
  }
  return (row) => bitmaps.every((bits) => (((bits[row >> 3] as number) >> (row & 7)) & 1) === 1);
}

/** Reads the positions of the values of a column of bytes or text. @throws TableFault for damaged data */
export async function readRanges(placed: PlacedBatch, { field, buffer }: ArrowSlot): Promise<ValueRanges> {
  const { batch, bodyStart } = placed;
  const width = field.type.name.startsWith("Large") ? 8 : 4;
  const data = bufferOf(batch, buffer + 2);
  // without rows there may be no offset
  const bytes = batch.rows === 0 ? Buffer.alloc(width) : await readBuffer(placed, buffer + 1, (batch.rows + 1) * width);
  const offsets = new Float64Array(bytes.length / width);
  let before = 0;
  for (let i = 0; i < offsets.length; i++) {
    const offset = width === 8 ? Number(bytes.readBigInt64LE(8 * i)) : bytes.readInt32LE(4 * i);
    if (offset < before || offset > data.length)
      throw new TableFault(`is damaged: offsets of ${field.name} point outside its data`);
    offsets[i] = before = offset;
  }
  return { offsets, dataStart: bodyStart + data.offset };
}

/** Reads a column of text or whole numbers, null where there is no value. @throws TableFault for damaged data */
export async function readValues(placed: PlacedBatch, slot: ArrowSlot): Promise<(string | number | null)[]> {
  const { batch } = placed;
  const isThere = await readPresence(placed, slot);
  const isText = slot.field.dictionary === null && slot.field.type.name !== "Int";
  const read = isText ? await textReader(placed, slot) : await numberReader(placed, slot);
  return Array.from({ length: batch.rows }, (_, row) => (isThere(row) ? read(row) : null));
}

async function textReader(placed: PlacedBatch, slot: ArrowSlot): Promise<(row: number) => string> {
  const { offsets, dataStart } = await readRanges(placed, slot);
  const first = offsets[0] as number;
  const end = offsets.at(-1) as number;
  if (end - first > MAX_TEXT) {
    throw new TableFault(`has ${end - first} bytes of ${slot.field.name} in a batch; the maximum is ${MAX_TEXT}`);
  }
  const data = Buffer.from(await placed.file.slice(dataStart + first, dataStart + end));
  return (row) => data.toString("utf8", (offsets[row] as number) - first, (offsets[row + 1] as number) - first);
}

/** Reads the numbers of a column, or the indices of a column with a dictionary. */
async function numberReader(placed: PlacedBatch, { field, buffer }: ArrowSlot): Promise<(row: number) => number> {
  const { bits, isSigned } = field.index;
  if (![8, 16, 32, 64].includes(bits))
    throw new TableFault(`is damaged: whole numbers of ${bits} bits in ${field.name}`);
  const width = bits / 8;
  const bytes = await readBuffer(placed, buffer + 1, placed.batch.rows * width);
  return (row) => {
    const at = row * width;
    if (width === 8) return Number(isSigned ? bytes.readBigInt64LE(at) : bytes.readBigUInt64LE(at));
    return isSigned ? bytes.readIntLE(at, width) : bytes.readUIntLE(at, width);
  };
}

/** Reads the first bytes of a buffer. @throws TableFault if there are fewer */
async function readBuffer(placed: PlacedBatch, position: number, length: number): Promise<Buffer> {
  const { offset, length: present } = bufferOf(placed.batch, position);
  if (present < length) throw new TableFault(`is damaged: a buffer of ${present} bytes where ${length} are needed`);
  const start = placed.bodyStart + offset;
  const bytes = Buffer.from(await placed.file.slice(start, start + length));
  if (bytes.length === length) return bytes;
  throw new TableFault("was truncated while it was read");
}

function bufferOf({ buffers }: ArrowBatch, position: number) {
  const buffer = buffers[position];
  if (buffer === undefined) throw new TableFault("is damaged: a batch with too few buffers");
  return buffer;
}

function nodeOf({ nodes }: ArrowBatch, position: number) {
  const node = nodes[position];
  if (node === undefined) throw new TableFault("is damaged: a batch with too few columns");
  return node;
}
