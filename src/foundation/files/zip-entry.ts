import type { InputError } from "../errors.ts";
import { safeNumber } from "./zip-end.ts";

/*
 * A zip describes each file twice: in its directory, and in a local header before the file's data.
 * Source: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, 4.3.7, 4.3.12, 4.4, 4.5
 */
export const ENTRY_BYTES = 46;
export const LOCAL_BYTES = 30;
const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;
const UNKNOWN = 0xffffffff; // "see the 64-bit field"
const LONG_FIELD = 1;
const ENCRYPTED = 1;
const DESCRIPTOR = 8;
const STRONG = 64;
const MASKED = 0x2000;

/** An entry of a zip's directory. */
export interface ZipEntry {
  /** as stored in the archive */
  readonly nameBytes: Buffer;
  readonly flags: number;
  /** 0 stored, 8 deflated */
  readonly method: number;
  readonly encrypted: boolean;
  /** encrypted in a way that only PKWARE's programs read, or with a hidden header */
  readonly strong: boolean;
  /** time of day, in MS-DOS format */
  readonly time: number;
  /** CRC-32 of its content */
  readonly crc: number;
  /** bytes of its content */
  readonly size: number;
  /** bytes stored in the archive */
  readonly storedSize: number;
  /** where its local header is, from the beginning of the archive */
  readonly headerOffset: number;
  /** the part of a split archive that contains it */
  readonly disk: number;
  /** system whose attributes it has: 0 MS-DOS, 3 Unix */
  readonly host: number;
  readonly attributes: number;
  readonly extra: Buffer;
  /** bytes of the directory entry */
  readonly length: number;
}

/** Makes the error for a fault in an entry or header of the named file. */
export type EntryFault = (what: string) => InputError;

/**
 * Returns the length of the entry that begins at a position; null where none does. Its first {@link ENTRY_BYTES} must
 * be there.
 */
export function entryLength(bytes: Buffer, at: number): number | null {
  if (bytes.readUInt32LE(at) !== ENTRY) return null;
  return [28, 30, 32].reduce((length, field) => length + bytes.readUInt16LE(at + field), ENTRY_BYTES);
}

/**
 * Parses the entry at a position. All of its {@link entryLength} bytes must be there.
 *
 * @param fault  receives the name's bytes
 * @throws the error from `fault` if an extra field is damaged or lacks a size
 */
export function parseEntry(bytes: Buffer, at: number, fault: (nameBytes: Buffer) => EntryFault): ZipEntry {
  const nameEnd = at + ENTRY_BYTES + bytes.readUInt16LE(at + 28);
  const nameBytes = bytes.subarray(at + ENTRY_BYTES, nameEnd);
  const extra = bytes.subarray(nameEnd, nameEnd + bytes.readUInt16LE(at + 30));
  const flags = bytes.readUInt16LE(at + 8);
  const short = [bytes.readUInt32LE(at + 24), bytes.readUInt32LE(at + 20), bytes.readUInt32LE(at + 42)];
  const [size, storedSize, headerOffset] = longValues(short, extra, () => fault(nameBytes));
  return {
    nameBytes,
    flags,
    method: bytes.readUInt16LE(at + 10),
    encrypted: (flags & ENCRYPTED) !== 0,
    strong: (flags & (STRONG | MASKED)) !== 0,
    time: bytes.readUInt16LE(at + 12),
    crc: bytes.readUInt32LE(at + 16),
    size: size as number,
    storedSize: storedSize as number,
    headerOffset: headerOffset as number,
    disk: bytes.readUInt16LE(at + 34),
    host: bytes[at + 5] as number,
    attributes: bytes.readUInt32LE(at + 38),
    extra,
    length: ENTRY_BYTES + nameBytes.length + extra.length + bytes.readUInt16LE(at + 32),
  };
}

/**
 * Returns the length of the local header that begins here, with its name and extra field. Its first {@link LOCAL_BYTES}
 * must be there.
 */
export function localLength(bytes: Buffer): number {
  return LOCAL_BYTES + bytes.readUInt16LE(26) + bytes.readUInt16LE(28);
}

/**
 * Compares a complete local header with its entry. Where they differ, programs that use the header and programs that
 * use the directory would read different content.
 *
 * @throws the error from `fault` if they differ
 */
export function checkLocalHeader(bytes: Buffer, entry: ZipEntry, fault: EntryFault): void {
  if (bytes.length < LOCAL_BYTES || bytes.readUInt32LE(0) !== LOCAL) {
    throw fault("there is no header where the directory states one");
  }
  const differs = (what: string) => fault(`its header and the directory differ in ${what}`);
  const flags = bytes.readUInt16LE(6);
  if (bytes.readUInt16LE(8) !== entry.method) throw differs("method");
  if (((flags ^ entry.flags) & (ENCRYPTED | STRONG | MASKED)) !== 0) throw differs("encryption");
  const nameEnd = LOCAL_BYTES + bytes.readUInt16LE(26);
  if (!entry.nameBytes.equals(bytes.subarray(LOCAL_BYTES, nameEnd))) throw differs("name");
  const short = [bytes.readUInt32LE(22), bytes.readUInt32LE(18)];
  const [size, storedSize] = longValues(short, bytes.subarray(nameEnd), () => fault);
  // Written in one pass: sizes and CRC follow the data. Here they may be zero, and the CRC anything (Info-ZIP: the
  // time)
  const isLater = (flags & DESCRIPTOR) !== 0;
  const agrees = (value: number | undefined, expected: number) => value === expected || (isLater && value === 0);
  if (!isLater && bytes.readUInt32LE(14) !== entry.crc) throw differs("CRC");
  if (!agrees(size, entry.size) || !agrees(storedSize, entry.storedSize)) throw differs("size");
}

/**
 * Reads values of 32 bits, or of 64 bits from extra field 1 where a value refers to it. That field contains only those
 * values.
 */
function longValues(short: readonly number[], extra: Buffer, fault: () => EntryFault): number[] {
  if (!short.includes(UNKNOWN)) return short as number[];
  const long = extraField(extra, LONG_FIELD, fault);
  let used = 0;
  return short.map((value) => {
    if (value !== UNKNOWN) return value;
    const number = long !== null && used + 8 <= long.length ? safeNumber(long, used) : null;
    used += 8;
    if (number === null) throw fault()("its 64-bit sizes are missing or damaged");
    return number;
  });
}

/** Finds an extra field of a kind; null where there is none. */
export function extraField(extra: Buffer, kind: number, fault: () => EntryFault): Buffer | null {
  let found: Buffer | null = null;
  for (let from = 0; from + 4 <= extra.length; ) {
    const end = from + 4 + extra.readUInt16LE(from + 2);
    if (end > extra.length) throw fault()("its extra field is damaged");
    if (extra.readUInt16LE(from) === kind) {
      if (found !== null) throw fault()("a part of its extra field appears twice");
      found = extra.subarray(from + 4, end);
    }
    from = end;
  }
  return found;
}
