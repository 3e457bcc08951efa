/** A field of a protobuf message, with the messages in it, as far as they can be told from bytes. */
export interface Field {
  number: number;
  /** 0: varint, 1: 8 bytes, 2: bytes or a message, 5: 4 bytes */
  wire: number;
  value: bigint | Buffer | Field[];
}

const MAX_DEPTH = 8;

/** The fields of a message; null where bytes are none. Bytes that look like a message become one. */
export function decodeFields(bytes: Buffer, depth = 0): Field[] | null {
  const fields: Field[] = [];
  let at = 0;
  const varint = (): bigint | null => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[at++];
      if (byte === undefined) return null;
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
    return null;
  };
  while (at < bytes.length) {
    const key = varint();
    if (key === null || key >> 3n === 0n || key >> 3n > 1000n) return null;
    const [number, wire] = [Number(key >> 3n), Number(key & 7n)];
    if (wire === 0) {
      const value = varint();
      if (value === null) return null;
      fields.push({ number, wire, value });
      continue;
    }
    const length = wire === 1 ? 8 : wire === 5 ? 4 : wire === 2 ? Number(varint() ?? -1n) : -1;
    if (length < 0 || at + length > bytes.length) return null;
    const value = bytes.subarray(at, at + length);
    at += length;
    const inner = wire === 2 && depth < MAX_DEPTH && length > 1 ? decodeFields(value, depth + 1) : null;
    fields.push({ number, wire, value: inner ?? value });
  }
  return fields;
}

/** Writes them again; what was not changed is the same bytes, but for lengths that were not written in the shortest way. */
export function encodeFields(fields: readonly Field[]): Buffer {
  return Buffer.concat(
    fields.flatMap(({ number, wire, value }) => {
      const key = varintBytes(BigInt(number * 8 + wire));
      if (typeof value === "bigint") return [key, varintBytes(value)];
      const content = Buffer.isBuffer(value) ? value : encodeFields(value);
      return wire === 2 ? [key, varintBytes(BigInt(content.length)), content] : [key, content];
    }),
  );
}

function varintBytes(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  do {
    bytes.push(Number(rest & 127n) | (rest > 127n ? 128 : 0));
    rest >>= 7n;
  } while (rest > 0n);
  return Buffer.from(bytes);
}
