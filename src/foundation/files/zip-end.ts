import { InputError } from "../errors.ts";

/*
 * A zip ends with its directory: an entry per file, then the end record, preceded by the 64-bit end record and its
 * locator where 32 bits are too few.
 * Source: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, 4.3
 */
const END_BYTES = 22;
const MAX_COMMENT = 0xffff;
const LOCATOR_BYTES = 20;
const END64_BYTES = 56;
const END = Buffer.from("PK\x05\x06", "latin1");
const FOUR_GIB = 2 ** 32;

/** An open zip. */
export interface ZipFile {
  /** the path as given, for messages */
  readonly path: string;
  /** bytes */
  readonly size: number;
  /** @throws InputError if the range is outside the file */
  readonly read: (offset: number, length: number) => Buffer;
}

/** The position and size of a zip's directory. */
export interface ZipDirectory {
  /** where it begins in the file */
  readonly offset: number;
  /** bytes */
  readonly length: number;
  /** number of entries, by the end record; without {@link is64} only its last 16 bits are reliable */
  readonly count: number;
  /**
   * bytes of the file before the archive begins, such as the program of a self-extracting archive. All offsets count
   * from there
   */
  readonly before: number;
  readonly is64: boolean;
  /** the archive is larger than 4 GiB and its offsets are stored modulo 2^32, as by macOS Finder */
  readonly wraps: boolean;
}

/**
 * Finds the directory by the end records, which must directly follow it.
 *
 * @throws InputError if there is none, if two records or two positions disagree, or if it is part of a split archive
 */
export function findZipDirectory(file: ZipFile): ZipDirectory {
  const { end, record } = findEnd(file);
  const [disk, startDisk, onDisk, total] = [4, 6, 8, 10].map((field) => record.readUInt16LE(field)) as number[];
  const [length, offset] = [12, 16].map((field) => record.readUInt32LE(field)) as [number, number];
  const short = { disk, startDisk, onDisk, count: total as number, length, offset };
  const long = readEnd64(file, end);
  const agreesWith = (name: keyof typeof short, maximum: number) =>
    long === null || short[name] === long[name] || short[name] === maximum;
  const agree =
    (["disk", "startDisk", "onDisk", "count"] as const).every((name) => agreesWith(name, 0xffff)) &&
    (["length", "offset"] as const).every((name) => agreesWith(name, FOUR_GIB - 1));
  if (!agree) throw zipFault(file, "its two end records do not agree");
  const found = long ?? { ...short, start: end, before: null };
  if (found.disk !== 0 || found.startDisk !== 0 || found.onDisk !== found.count) throw splitArchive(file);
  const start = found.start - found.length;
  const before = start - found.offset;
  if (before < 0 || (found.before !== null && found.before !== before)) {
    throw zipFault(file, "its directory does not end at its end-of-directory record");
  }
  const wraps = long === null && before > 0 && before % FOUR_GIB === 0;
  const { count } = found;
  return { offset: start, length: found.length, count, before: wraps ? 0 : before, is64: long !== null, wraps };
}

function findEnd(file: ZipFile): { end: number; record: Buffer } {
  if (file.size < END_BYTES) throw cut(file);
  const tailLength = Math.min(file.size, END_BYTES + MAX_COMMENT);
  const tail = file.read(file.size - tailLength, tailLength);
  // zeros may follow: an archive written to a pipe in blocks (libarchive) has them
  const ends = (at: number) => {
    const end = at + END_BYTES + tail.readUInt16LE(at + 20);
    return end <= tailLength && tail.subarray(end).every((byte) => byte === 0);
  };
  const at = tail.lastIndexOf(END, tailLength - END_BYTES);
  if (at < 0) throw cut(file);
  if (!ends(at)) throw zipFault(file, "bytes follow its end record or are missing from it");
  for (let earlier = at; earlier > 0; ) {
    earlier = tail.lastIndexOf(END, earlier - 1);
    if (earlier < 0) break;
    if (ends(earlier)) throw zipFault(file, "it has two end records, and programs differ in which they use");
  }
  return { end: file.size - tailLength + at, record: tail.subarray(at, at + END_BYTES) };
}

/** Reads the 64-bit end record; null where there is none. */
function readEnd64(file: ZipFile, end: number) {
  if (end < LOCATOR_BYTES) return null;
  const locator = file.read(end - LOCATOR_BYTES, LOCATOR_BYTES);
  if (locator.readUInt32LE(0) !== 0x07064b50) return null;
  if (locator.readUInt32LE(4) !== 0 || locator.readUInt32LE(16) !== 1) throw splitArchive(file);
  const start = end - LOCATOR_BYTES - END64_BYTES;
  const claimed = safeNumber(locator, 8);
  if (start < 0 || claimed === null || claimed > start) throw zipFault(file, "its 64-bit end record is damaged");
  const record = file.read(start, END64_BYTES);
  const [onDisk, count, length, offset] = [24, 32, 40, 48].map((field) => safeNumber(record, field));
  const sound = record.readUInt32LE(0) === 0x06064b50 && record.readBigUInt64LE(4) === BigInt(END64_BYTES - 12);
  if (!sound || onDisk == null || count == null || length == null || offset == null) {
    throw zipFault(file, "its 64-bit end record is damaged");
  }
  const before = start - claimed;
  return {
    ...{ start, before, disk: record.readUInt32LE(16), startDisk: record.readUInt32LE(20) },
    ...{ onDisk, count, length, offset },
  };
}

/** Reads a number of 64 bits; null where it exceeds 2^53. */
export function safeNumber(bytes: Buffer, at: number): number | null {
  const value = bytes.readBigUInt64LE(at);
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : null;
}

export function zipFault({ path }: Pick<ZipFile, "path">, what: string): InputError {
  return new InputError(`${path}: not a sound zip archive: ${what}; fetch or save the file again`);
}

export function splitArchive(file: Pick<ZipFile, "path">): InputError {
  return new InputError(
    `${file.path}: part of a split archive; join the parts first, for example with zip -s 0 PARTS.zip --out WHOLE.zip`,
  );
}

function cut(file: ZipFile): InputError {
  return new InputError(
    `${file.path}: cut short: it begins as a zip archive, and the archive's end is missing; fetch the file again`,
  );
}
