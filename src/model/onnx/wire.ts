/*
 * protobuf's wire format, to change a message without reading it into objects: gigabytes of weights are neither copied nor
 * parsed. Use onnx-schema.ts to read whole messages.
 *
 * https://protobuf.dev/programming-guides/encoding/
 */

/** Maximum size of a message in protobuf and onnxruntime. */
export const MAX_MESSAGE_BYTES = 2 ** 31 - 1;

/** Maximum size of a varint in bytes. */
export const MAX_VARINT_BYTES = 10;

/** A field of a message; the arrays are views of the message. */
export interface WireField {
  readonly number: number;
  /** 0: varint, 1: eight bytes, 2: length-delimited, 5: four bytes */
  readonly wire: number;
  /** value of a varint; exact up to 2^53 */
  readonly value: number;
  /** bytes after the key; for type 2, without the length */
  readonly body: Uint8Array;
  /** all bytes of the field, including the key */
  readonly raw: Uint8Array;
}

/**
 * Yields the fields of a message in order.
 *
 * @throws RangeError if the bytes are not a message
 */
export function* fieldsOf(bytes: Uint8Array): Generator<WireField> {
  const cursor: Cursor = { bytes, at: 0 };
  while (cursor.at < bytes.length) {
    const start = cursor.at;
    const key = readVarint(cursor);
    const [number, wire] = [Math.floor(key / 8), key % 8];
    let value = 0;
    let from = cursor.at;
    if (wire === 0) value = readVarint(cursor);
    else if (wire === 1) cursor.at += 8;
    else if (wire === 5) cursor.at += 4;
    else if (wire === 2) {
      const length = readVarint(cursor);
      from = cursor.at;
      cursor.at += length;
    } else throw new RangeError(`wire type ${wire}`);
    if (cursor.at > bytes.length) throw new RangeError("it ends inside a field");
    yield { number, wire, value, body: bytes.subarray(from, cursor.at), raw: bytes.subarray(start, cursor.at) };
  }
}

/** Yields the numbers of a packed field of varints. @throws RangeError if the last one is truncated */
export function* varintsOf(bytes: Uint8Array): Generator<number> {
  const cursor: Cursor = { bytes, at: 0 };
  while (cursor.at < bytes.length) yield readVarint(cursor);
}

interface Cursor {
  readonly bytes: Uint8Array;
  at: number;
}

function readVarint(cursor: Cursor): number {
  let value = 0;
  for (let length = 0; length < MAX_VARINT_BYTES; length++) {
    const byte = cursor.bytes[cursor.at++];
    if (byte === undefined) throw new RangeError("it ends inside a field");
    value += (byte & 127) * 2 ** (7 * length);
    if (byte < 128) return value;
  }
  throw new RangeError(`a number of more than ${MAX_VARINT_BYTES} bytes`);
}

/** The key of a field. */
export function fieldKey(number: number, wire: number): Uint8Array {
  return varintBytes(number * 8 + wire);
}

/** The bytes that precede the `length` bytes of a field of type 2. */
export function delimitedHead(number: number, length: number): Uint8Array {
  return joinPieces([fieldKey(number, 2), varintBytes(length)]);
}

/** A field of type 2 in pieces, so that large payloads are not copied. */
export function delimitedField(number: number, pieces: readonly Uint8Array[]): Uint8Array[] {
  return [delimitedHead(number, totalLength(pieces)), ...pieces];
}

/** A field of type 0. */
export function varintField(number: number, value: number | bigint): Uint8Array {
  return joinPieces([fieldKey(number, 0), varintBytes(value)]);
}

/** @param value an integer; negative ones in 64-bit two's complement */
function varintBytes(value: number | bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return Uint8Array.of(...bytes, Number(rest));
}

export function totalLength(pieces: readonly Uint8Array[]): number {
  return pieces.reduce((sum, piece) => sum + piece.length, 0);
}

/** Concatenates the pieces to a new array. */
export function joinPieces(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(totalLength(pieces));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
