import type { ByteBuffer } from "flatbuffers";
import { TableFault } from "./table-columns.ts";

/*
 * Arrow's metadata are FlatBuffers. The runtime follows every offset unchecked, so each is checked here first: all that
 * is read is inside the bytes, and at most as many tables are visited as the bytes could contain without overlap.
 * Source: flatbuffers.dev/internals.
 */

/** A FlatBuffers table whose bytes were checked. */
export interface FlatTable {
  readonly buffer: FlatBuffer;
  /** where it begins */
  readonly at: number;
  /** position and length of its vtable */
  readonly vtable: number;
  readonly vtableBytes: number;
}

export interface FlatBuffer {
  readonly bytes: ByteBuffer;
  /** number of tables that may still be visited */
  left: number;
}

/** A vector: the position of its first element, and the number of elements. */
export interface FlatVector {
  readonly at: number;
  readonly length: number;
}

/** Bytes of the smallest table with its vtable. */
const MIN_TABLE_BYTES = 8;

/** Opens the root table of a FlatBuffer. @throws TableFault for bytes that cannot be one */
export async function openFlatBuffer(bytes: Uint8Array): Promise<FlatTable> {
  const { ByteBuffer } = await import("flatbuffers");
  const buffer: FlatBuffer = { bytes: new ByteBuffer(bytes), left: Math.ceil(bytes.length / MIN_TABLE_BYTES) };
  return tableAt(buffer, follow(buffer, 0));
}

/** Reads a signed number of 1, 2, 4 or 8 bytes from a field; the default where it is absent. */
export function readNumber(table: FlatTable, field: number, bytes: 1 | 2 | 4 | 8, absent = 0): number {
  const at = fieldAt(table, field, bytes);
  return at === null ? absent : numberAt(table.buffer, at, bytes);
}

export function readFlag(table: FlatTable, field: number): boolean {
  return readNumber(table, field, 1) !== 0;
}

/** Reads a field that is a table; null where it is absent. */
export function readTable(table: FlatTable, field: number): FlatTable | null {
  const at = fieldAt(table, field, 4);
  return at === null ? null : tableAt(table.buffer, follow(table.buffer, at));
}

/** Reads a field that is a string; null where it is absent. */
export function readString(table: FlatTable, field: number): string | null {
  const vector = readVector(table, field, 1);
  if (vector === null) return null;
  const { bytes } = table.buffer;
  return Buffer.from(bytes.bytes().subarray(vector.at, vector.at + vector.length)).toString("utf8");
}

/** Reads a field that is a vector. @param bytes  per element @returns null where it is absent */
export function readVector(table: FlatTable, field: number, bytes: number): FlatVector | null {
  const at = fieldAt(table, field, 4);
  if (at === null) return null;
  const start = follow(table.buffer, at);
  const length = numberAt(table.buffer, start, 4);
  if (length < 0 || start + 4 + length * bytes > table.buffer.bytes.capacity()) throw damaged();
  return { at: start + 4, length };
}

/** Reads the tables of a vector of tables; empty where it is absent. */
export function readTables(table: FlatTable, field: number): FlatTable[] {
  const { at, length } = readVector(table, field, 4) ?? { at: 0, length: 0 };
  return Array.from({ length }, (_, i) => tableAt(table.buffer, follow(table.buffer, at + 4 * i)));
}

/** Reads a number at a checked position, such as one in a vector. @throws TableFault for one that is not exact */
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
  return new TableFault("damaged: an offset points outside its metadata");
}
