import { TableFault } from "./table-columns.ts";

/**
 * Decodes numbers of a few bits each, stored as runs of one number and packed groups of eight ("RLE/bit-packing
 * hybrid").
 *
 * @param bytes     all of them
 * @param bitWidth  bits per number, 0 to 32
 * @param into      filled; the rest of a last run is dropped, because writers pad groups
 * @throws TableFault if the bytes end first
 * @see https://parquet.apache.org/docs/file-format/data-pages/encodings/
 */
export function decodeHybrid(bytes: Uint8Array, bitWidth: number, into: Uint32Array): void {
  if (bitWidth > 32) throw new TableFault(`damaged: numbers of ${bitWidth} bits`);
  const valueBytes = (bitWidth + 7) >> 3;
  let at = 0;
  let filled = 0;
  while (filled < into.length) {
    let header = 0;
    let shift = 0;
    for (let byte = 128; byte >= 128; shift += 7) {
      if (at >= bytes.length || shift > 28) throw endsEarly(filled, into.length);
      byte = bytes[at++] as number;
      header += (byte & 127) * 2 ** shift;
    }
    const count = Math.floor(header / 2);
    if (header % 2 === 0) {
      if (at + valueBytes > bytes.length) throw endsEarly(filled, into.length);
      let value = 0;
      for (let i = 0; i < valueBytes; i++) value += (bytes[at++] as number) * 2 ** (8 * i);
      const end = Math.min(filled + count, into.length);
      into.fill(value, filled, end);
      filled = end;
      continue;
    }
    const end = Math.min(filled + 8 * count, into.length);
    if (Math.ceil(((end - filled) * bitWidth) / 8) > bytes.length - at) throw endsEarly(filled, into.length);
    for (let bit = 0; filled < end; bit += bitWidth) into[filled++] = readBits(bytes, at, bit, bitWidth);
    at += count * bitWidth;
  }
}

function readBits(bytes: Uint8Array, at: number, bit: number, bitWidth: number): number {
  let value = 0;
  let scale = 1;
  for (let left = bitWidth, from = bit; left > 0; ) {
    const inByte = from % 8;
    const taken = Math.min(8 - inByte, left);
    const byte = bytes[at + (from - inByte) / 8] as number;
    value += ((byte >> inByte) & ((1 << taken) - 1)) * scale;
    scale *= 2 ** taken;
    from += taken;
    left -= taken;
  }
  return value;
}

function endsEarly(filled: number, wanted: number): TableFault {
  return new TableFault(`damaged: it ends after ${filled} of ${wanted} levels or indices`);
}

/** Maps rows to values: all rows have one, or there is a position for each row, -1 for null. */
export interface RowValues {
  /** number of values that are not null */
  readonly present: number;
  readonly of: Int32Array | null;
}

/**
 * Reads which rows have a value.
 *
 * @param bytes          the encoded definition levels
 * @param rows           number of rows of the page
 * @param maxDefinition  level of a row with a value
 */
export function readPresence(bytes: Uint8Array, rows: number, maxDefinition: number): RowValues {
  const levels = new Uint32Array(rows);
  decodeHybrid(bytes, 32 - Math.clz32(maxDefinition), levels);
  let present = 0;
  for (let row = 0; row < rows; row++) if (levels[row] === maxDefinition) present++;
  if (present === rows) return { present, of: null };
  const of = new Int32Array(rows).fill(-1);
  let next = 0;
  for (let row = 0; row < rows; row++) if (levels[row] === maxDefinition) of[row] = next++;
  return { present, of };
}
