import { TableFault } from "./table-columns.ts";

/*
 * Parquet's footers and page headers are structs of Thrift's compact protocol, which hyparquet parses. It trusts the
 * claimed lengths and nesting, so the bytes are scanned first: afterwards every length is inside the bytes, and the
 * size of the result is bounded. Source: github.com/apache/thrift, doc/specs/thrift-compact-protocol.md.
 */

/** Maximum nesting of structs; Parquet's have at most 8 levels. */
const DEPTH = 32;

/**
 * Maximum number of fields and list elements of a struct. A column chunk with statistics has about 25: this is enough
 * for 20,000 row groups of two columns.
 */
const VALUES = 1_000_000;

const STOP = 0;
const TRUE = 1;
const FALSE = 2;
const BYTE = 3;
const I16 = 4;
const I64 = 6;
const DOUBLE = 7;
const BINARY = 8;
const LIST = 9;
const STRUCT = 12;

interface Walk {
  readonly bytes: Uint8Array;
  at: number;
  values: number;
}

/**
 * Finds the end of the struct that begins at `start`.
 *
 * @returns null if the bytes end first
 * @throws TableFault for anything but a struct of Parquet: types that it does not use, excessive nesting and counts
 */
export function structEnd(bytes: Uint8Array, start = 0): number | null {
  const walk = { bytes, at: start, values: 0 };
  return skipStruct(walk, 1) ? walk.at : null;
}

/** Each of these functions returns false where the bytes end first. */
function skipStruct(walk: Walk, depth: number): boolean {
  if (depth > DEPTH) throw new TableFault(`damaged: structs nested more than ${DEPTH} deep`);
  while (walk.at < walk.bytes.length) {
    const head = walk.bytes[walk.at++] as number;
    const type = head & 15;
    if (type === STOP) return true;
    if (head < 16 && readVarint(walk, 5) === null) return false; // the field's number
    if (type !== TRUE && type !== FALSE && !skipValue(walk, type, depth)) return false; // the type of a boolean is its value
  }
  return false;
}

function skipValue(walk: Walk, type: number, depth: number): boolean {
  if (++walk.values > VALUES) throw new TableFault(`damaged, or more parts than the maximum of ${VALUES}`);
  if (type <= BYTE) return skip(walk, 1);
  if (type >= I16 && type <= I64) return readVarint(walk, type === I64 ? 10 : 5) !== null;
  if (type === DOUBLE) return skip(walk, 8);
  if (type === STRUCT) return skipStruct(walk, depth + 1);
  if (type === BINARY) {
    const length = readVarint(walk, 5);
    return length !== null && skip(walk, length);
  }
  if (type !== LIST) throw new TableFault(`damaged: a Thrift type that Parquet does not use (${type})`);
  return skipList(walk, depth + 1);
}

function skipList(walk: Walk, depth: number): boolean {
  if (depth > DEPTH) throw new TableFault(`damaged: lists nested more than ${DEPTH} deep`);
  const head = walk.bytes[walk.at++];
  if (head === undefined) return false;
  const size = head >> 4 === 15 ? readVarint(walk, 5) : head >> 4;
  if (size === null || size > walk.bytes.length - walk.at) return false; // an element takes at least one byte
  const type = head & 15;
  if (type === STOP) throw new TableFault("damaged: a list without an element type");
  for (let i = 0; i < size; i++) if (!skipValue(walk, type, depth)) return false;
  return true;
}

function skip(walk: Walk, bytes: number): boolean {
  walk.at += bytes;
  return walk.at <= walk.bytes.length;
}

/** Reads an unsigned number of 7 bits per byte; null where the bytes end first. */
function readVarint(walk: Walk, maximum: number): number | null {
  let value = 0;
  for (let i = 0; i < maximum; i++) {
    const byte = walk.bytes[walk.at++];
    if (byte === undefined) return null;
    value += (byte & 127) * 2 ** (7 * i);
    if (byte < 128) return value;
  }
  throw new TableFault("damaged: a number that does not end");
}
