import { FORMS, type MessageName } from "../src/model/onnx/onnx-schema.ts";
import { delimitedField, fieldKey, fieldsOf, joinPieces, varintField, type WireField } from "../src/model/onnx/wire.ts";

/** A field of an ONNX file, with nested fields if the schema defines it as a message. */
export interface Field {
  number: number;
  /** 0: varint, 1: 8 bytes, 2: bytes or a message, 5: 4 bytes */
  wire: number;
  value: bigint | Buffer | Field[];
}

/** The fields of a message; null if the bytes are not a message. */
export function decodeFields(bytes: Uint8Array, kind: MessageName = "ModelProto"): Field[] | null {
  try {
    return [...fieldsOf(bytes)].map((field) => decodeField(field, kind));
  } catch (cause) {
    if (cause instanceof RangeError) return null;
    throw cause;
  }
}

function decodeField({ number, wire, body }: WireField, kind: MessageName): Field {
  if (wire === 0) {
    const value = body.reduceRight<bigint>((high, byte) => (high << 7n) | BigInt(byte & 127), 0n); // all 64 bits
    return { number, wire, value };
  }
  const message = FORMS[kind][number]?.message ?? null;
  const inner = wire === 2 && message !== null ? decodeFields(body, message) : null;
  return { number, wire, value: inner ?? Buffer.from(body) };
}

/** Writes fields; unchanged fields keep their bytes, except for lengths that were not in the shortest encoding. */
export function encodeFields(fields: readonly Field[]): Buffer {
  return Buffer.from(joinPieces(fields.flatMap(encodeField)));
}

function encodeField({ number, wire, value }: Field): Uint8Array[] {
  if (typeof value === "bigint") return [varintField(number, value)];
  const content = Buffer.isBuffer(value) ? value : encodeFields(value);
  return wire === 2 ? delimitedField(number, [content]) : [fieldKey(number, wire), content];
}
