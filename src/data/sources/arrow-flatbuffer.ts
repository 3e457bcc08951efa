import type { ByteBuffer } from "flatbuffers";
import { TableFault } from "./table-columns.ts";

/*
 * Arrow's metadata are FlatBuffers. The runtime takes every offset as it is, so here each is checked before it is followed:
 * what is read lies in the bytes, and no more tables are visited than the bytes could hold side by side.
 * Source: flatbuffers.dev/internals.
 */

/** A FlatBuffers table whose bytes were checked. */
export interface FlatTable {
  readonly buffer: FlatBuffer;
  /** where it begins */
  readonly at: number;
  /** where its vtable begins, and how long that is */
  readonly vtable: number;
  readonly vtableBytes: number;
}

export interface FlatBuffer {
  readonly bytes: ByteBuffer;
  /** tables that may still be visited */
  left: number;
}

/** A vector: where its first element begins, and how many there are. */
export interface FlatVector {
  readonly at: number;
  readonly length: number;
}

/** Bytes of the smallest table with its vtable. */
const MIN_TABLE_BYTES = 8;

/** The root table of a FlatBuffer. @throws TableFault for bytes that cannot be one */
export async function openFlatBuffer(bytes: Uint8Array): Promise<FlatTable> {
  const { ByteBuffer } = await import("flatbuffers");
  const buffer: FlatBuffer = { bytes: new ByteBuffer(bytes), left: Math.ceil(bytes.length / MIN_TABLE_BYTES) };
  return tableAt(buffer, follow(buffer, 0));
}

/** Number of a signed field of 1, 2, 4 or 8 bytes; the default where it is absent. */
export function readNumber(table: FlatTable, field: number, bytes: 1 | 2 | 4 | 8, absent = 0): number {
  const at = fieldAt(table, field, bytes);
  return at === null ? absent : numberAt(table.buffer, at, bytes);
}

export function readFlag(table: FlatTable, field: number): boolean {
  return readNumber(table, field, 1) !== 0;
}

/** null where it is absent. */
export function readTable(table: FlatTable, field: number): FlatTable | null {
  const at = fieldAt(table, field, 4);
  return at === null ? null : tableAt(table.buffer, follow(table.buffer, at));
}

/** null where it is absent. */
export function readString(table: FlatTable, field: number): string | null {
  const vector = readVector(table, field, 1);
  if (vector === null) return null;
  const { bytes } = table.buffer;
  return Buffer.from(bytes.bytes().subarray(vector.at, vector.at + vector.length)).toString("utf8");
}

/** @param bytes  of an element. @returns null where it is absent */
export function readVector(table: FlatTable, field: number, bytes: number): FlatVector | null {
  const at = fieldAt(table, field, 4);
  if (at === null) return null;
  const start = follow(table.buffer, at);
  const length = numberAt(table.buffer, start, 4);
  if (length < 0 || start + 4 + length * bytes > table.buffer.bytes.capacity()) throw damaged();
  return { at: start + 4, length };
}

/** The tables of a vector of tables; none where it is absent. */
export function readTables(table: FlatTable, field: number): FlatTable[] {
  const { at, length } = readVector(table, field, 4) ?? { at: 0, length: 0 };
  return Array.from({ length }, (_, i) => tableAt(table.buffer, follow(table.buffer, at + 4 * i)));
}

/** A number at a place that was checked, as those in a vector are. @throws TableFault for one that is not exact */
export function numberAt({ bytes }: FlatBuffer, at: number, width: 1 | 2 | 4 | 8): number {
  if (at < 0 || at + width > bytes.capacity()) throw damaged();
  if (width === 1) return bytes.readInt8(at);
  if (width === 2) return bytes.readInt16(at);
  if (width === 4) return bytes.readInt32(at);
  const value = Number(bytes.readInt64(at));
  if (!Number.isSafeInteger(value)) throw damaged();
  return value;
}

function fieldAt({ buffer, at, vtable, vtableBytes }: FlatTable, field: number, width: number): number | null {
  const slot = 4 + 2 * field;
  if (slot + 2 > vtableBytes) return null;
  const offset = buffer.bytes.readUint16(vtable + slot);
  if (offset === 0) return null;
  if (at + offset + width > buffer.bytes.capacity()) throw damaged();
  return at + offset;
}

function tableAt(buffer: FlatBuffer, at: number): FlatTable {
  if (--buffer.left < 0) throw damaged();
  const vtable = at - numberAt(buffer, at, 4);
  const capacity = buffer.bytes.capacity();
  if (vtable < 0 || vtable + 4 > capacity) throw damaged();
  const vtableBytes = buffer.bytes.readUint16(vtable);
  if (vtableBytes < 4 || vtable + vtableBytes > capacity) throw damaged();
  return { buffer, at, vtable, vtableBytes };
}

function follow(buffer: FlatBuffer, at: number): number {
  return at + (numberAt(buffer, at, 4) >>> 0);
}

function damaged(): TableFault {
  return new TableFault("damaged: its metadata lead outside of themselves");
}
