import { memberName } from "./member-name.ts";

/**
 * Size of a block. A tar is a sequence of headers, each followed by data padded with zeros to a full block, and ends
 * with two blocks of zeros.
 */
export const BLOCK = 512;

/** The content of a header block. */
export interface TarHeader {
  /** with the ustar prefix before it; up to the first NUL of the field */
  readonly name: string;
  /** the type character; "\0" in tars from before ustar */
  readonly flag: string;
  /** bytes of data, as in the header; NaN for a negative number */
  readonly size: number;
  /** whether there are bytes where only ustar has a prefix: programs disagree about the name */
  readonly oddPrefix: boolean;
}

const MAGIC = 257;
const PREFIX = 345;
const USTAR = Buffer.from("ustar\0");
const SLASH = Buffer.from("/");

/**
 * Decodes a header block: ustar, GNU, PAX and older. It is strict where programs that read tars differ, or accept the
 * first characters of a field they cannot read, because the members of a tar that two programs read differently are not
 * reliable.
 *
 * @returns a description of the fault where it is not a valid header
 * @see https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html, "ustar Interchange Format";
 *   https://www.gnu.org/software/tar/manual/html_node/Standard.html; Python 3.11's `TarInfo.frombuf`
 */
export function decodeHeader(block: Buffer): TarHeader | string {
  const sum = decodeNumber(block, 148, 8);
  if (sum === null || !hasChecksum(block, sum)) return "its checksum is wrong";
  const size = decodeNumber(block, 124, 12);
  if (size === null) return "its size is not a number";
  if (!hasNumbers(block)) return "a field is not a number";
  const flag = String.fromCharCode(block[156] as number);
  const nameBytes = untilNul(block, 0, 100);
  const prefixBytes = untilNul(block, PREFIX, 155);
  const hasPrefix = prefixBytes.length > 0;
  const isUstar = block.compare(USTAR, 0, USTAR.length, MAGIC, MAGIC + USTAR.length) === 0;
  return {
    name: memberName(isUstar && hasPrefix ? Buffer.concat([prefixBytes, SLASH, nameBytes]) : nameBytes),
    flag,
    size: size < 0 ? Number.NaN : size,
    oddPrefix: !isUstar && hasPrefix,
  };
}

/** Whether mode, owner, group, time and the device's two fields are numbers. */
function hasNumbers(block: Buffer): boolean {
  return (
    decodeNumber(block, 100, 8) !== null &&
    decodeNumber(block, 108, 8) !== null &&
    decodeNumber(block, 116, 8) !== null &&
    decodeNumber(block, 136, 12) !== null &&
    decodeNumber(block, 329, 8) !== null &&
    decodeNumber(block, 337, 8) !== null
  );
}

/** Checks the sum of a header's bytes, with blanks in place of the sum; some old programs summed signed bytes. */
function hasChecksum(block: Buffer, sum: number): boolean {
  let unsigned = 8 * 32;
  let high = 0; // bytes of 128 and more count 256 less when signed
  for (let i = 0; i < BLOCK; i++) {
    if (i === 148) i = 156;
    const byte = block[i] as number;
    unsigned += byte;
    high += byte >> 7;
  }
  return sum === unsigned || sum === unsigned - 256 * high;
}

/**
 * Decodes octal digits surrounded by blanks up to the first NUL, or GNU's base 256 after a byte of 0x80 or 0xff. Null
 * for other content.
 */
function decodeNumber(block: Buffer, at: number, bytes: number): number | null {
  const first = block[at] as number;
  if (first === 0xff) return Number.NEGATIVE_INFINITY; // a negative number; its value is never used
  if (first === 0x80) {
    let value = 0;
    for (let i = at + 1; i < at + bytes; i++) value = value * 256 + (block[i] as number);
    return value;
  }
  const end = at + bytes;
  let i = at;
  let value = 0;
  while (i < end && isBlank(block[i] as number)) i++;
  for (; i < end && (block[i] as number) >= 48 && (block[i] as number) < 56; i++) {
    value = value * 8 + (block[i] as number) - 48;
  }
  while (i < end && isBlank(block[i] as number)) i++;
  return i === end || block[i] === 0 ? value : null;
}

function isBlank(byte: number): boolean {
  return byte === 32 || (byte >= 9 && byte <= 13);
}

/** Returns the bytes up to the first NUL of a field. */
export function untilNul(bytes: Buffer, from = 0, length = bytes.length): Buffer {
  const end = bytes.indexOf(0, from);
  return bytes.subarray(from, end === -1 || end > from + length ? from + length : end);
}

/**
 * Decodes the records of an extended header, each "length key=value\n" with the length of the whole record; NULs may
 * follow.
 *
 * @returns null where they are malformed
 */
export function decodeRecords(bytes: Buffer): Map<string, string> | null {
  const records = new Map<string, string>();
  let at = 0;
  while (at < bytes.length && bytes[at] !== 0) {
    const [head, digits] = /^(\d{1,9}) /.exec(bytes.toString("latin1", at, at + 10)) ?? [];
    if (head === undefined) return null;
    const end = at + Number(digits);
    const equals = bytes.indexOf("=", at + head.length);
    if (end > bytes.length || bytes[end - 1] !== 10 || equals <= at + head.length || equals >= end) return null;
    records.set(bytes.toString("utf8", at + head.length, equals), memberName(bytes.subarray(equals + 1, end - 1)));
    at = end;
  }
  return bytes.subarray(at).every((byte) => byte === 0) ? records : null;
}
