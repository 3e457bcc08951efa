import { isUtf8 } from "node:buffer";
import { InputError } from "../../foundation/errors.ts";
import { staysInside } from "../../foundation/files/inside-folder.ts";
import { byteSize } from "../../foundation/number-text.ts";
import type { WeightFile } from "./weight-file.ts";

/*
 * A zip ends with its directory: an entry of 46 bytes and a name for each file, then the end record, and before that, where
 * 32 bits are too few and always in PyTorch's, the 64-bit end record and its locator.
 * Source: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, 4.3
 */
const END_BYTES = 22;
const MAX_COMMENT = 0xffff;
const LOCATOR_BYTES = 20;
const END64_BYTES = 56;
const ENTRY_BYTES = 46;
const LOCAL_BYTES = 30;
const UNKNOWN = 0xffffffff; // "see the 64-bit field"

/** The largest directory that is read, bytes. A checkpoint of 10,000 tensors and their optimizer has 2.6 MB. */
const MAX_DIRECTORY = 4e6;

/** A file within a zip. */
export interface ZipEntry {
  readonly name: string;
  /** as it lies in the archive */
  readonly nameBytes: Buffer;
  /** 0 where it is stored as it is */
  readonly method: number;
  readonly encrypted: boolean;
  /** bytes of its content */
  readonly size: number;
  /** bytes that it takes in the archive */
  readonly storedSize: number;
  /** where its local header is */
  readonly headerOffset: number;
  /** where the next entry begins, or the directory */
  readonly limit: number;
}

/**
 * Lists the files of a zip, in the order of its directory.
 *
 * @throws InputError if it is no whole zip in a single part, or if names or places are not what a sound writer makes: a
 *   name twice, a name that leads out of the archive, entries that overlap
 */
export function readZipDirectory(file: WeightFile): ReadonlyMap<string, ZipEntry> {
  const { offset, length, count } = findDirectory(file);
  if (length > MAX_DIRECTORY) {
    throw fault(file, `its directory has ${byteSize(length)}, of which at most ${byteSize(MAX_DIRECTORY)} are read`);
  }
  const bytes = file.read(offset, length);
  const found = new Map<string, ZipEntry>();
  let at = 0;
  while (at < length) {
    if (at + ENTRY_BYTES > length || bytes.readUInt32LE(at) !== 0x02014b50)
      throw fault(file, "its directory is damaged");
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((field) => bytes.readUInt16LE(at + field)) as [
      number,
      number,
      number,
    ];
    const end = at + ENTRY_BYTES + nameLength + extraLength + commentLength;
    if (end > length) throw fault(file, "its directory is damaged");
    const nameBytes = bytes.subarray(at + ENTRY_BYTES, at + ENTRY_BYTES + nameLength);
    const name = nameBytes.toString(isUtf8(nameBytes) ? "utf8" : "latin1");
    const extra = bytes.subarray(at + ENTRY_BYTES + nameLength, at + ENTRY_BYTES + nameLength + extraLength);
    const [size, storedSize, headerOffset] = entrySizes(file, name, bytes, at, extra);
    if (!staysInside(name)) throw fault(file, `entry ${shown(name)}: its name leads out of the archive`);
    if (found.has(name)) throw fault(file, `entry ${shown(name)} is there twice`);
    const flags = bytes.readUInt16LE(at + 8);
    const method = bytes.readUInt16LE(at + 10);
    const encrypted = (flags & 1) !== 0;
    found.set(name, { name, nameBytes, method, encrypted, size, storedSize, headerOffset, limit: offset });
    at = end;
  }
  if (found.size !== count) throw fault(file, `its directory lists ${found.size} entries, its end says ${count}`);
  return withLimits(file, found, offset);
}

/**
 * Where the bytes of a stored entry begin.
 *
 * @throws InputError if it is compressed or encrypted, or if its local header is not that of the directory
 */
export function storedOffset(file: WeightFile, entry: ZipEntry): number {
  const what = `entry ${shown(entry.name)}`;
  if (entry.encrypted) throw fault(file, `${what} is encrypted`);
  if (entry.method !== 0 || entry.size !== entry.storedSize) {
    throw new InputError(
      `${file.path}: ${what} is compressed; torch.save stores its entries as they are: unpack the archive and load it in PyTorch, or save it again with torch.save`,
    );
  }
  const header = file.read(entry.headerOffset, LOCAL_BYTES + entry.nameBytes.length);
  const agrees =
    header.readUInt32LE(0) === 0x04034b50 &&
    header.readUInt16LE(8) === entry.method &&
    header.readUInt16LE(26) === entry.nameBytes.length &&
    entry.nameBytes.equals(header.subarray(LOCAL_BYTES));
  if (!agrees) throw fault(file, `${what}: its header is not what the directory says`);
  const start = entry.headerOffset + header.length + header.readUInt16LE(28);
  if (start + entry.size > entry.limit) throw fault(file, `${what} overlaps what follows it`);
  return start;
}

/** Finds the directory by the end records, which must lie directly behind it. */
function findDirectory(file: WeightFile): { offset: number; length: number; count: number } {
  if (file.size < END_BYTES) throw cut(file);
  const tailLength = Math.min(file.size, END_BYTES + MAX_COMMENT);
  const tail = file.read(file.size - tailLength, tailLength);
  const at = tail.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]), tailLength - END_BYTES);
  if (at < 0) throw cut(file);
  if (at + END_BYTES + tail.readUInt16LE(at + 20) !== tailLength) {
    throw fault(file, "bytes follow its end record, or are missing from it");
  }
  const end = file.size - tailLength + at;
  const [disk, startDisk, onDisk, total] = [4, 6, 8, 10].map((field) => tail.readUInt16LE(at + field)) as number[];
  const [length, offset] = [12, 16].map((field) => tail.readUInt32LE(at + field)) as [number, number];
  const short = { disk, startDisk, onDisk, count: total as number, length, offset };
  const long = readEnd64(file, end);
  const agreesWith = (name: keyof typeof short, most: number) =>
    long === null || short[name] === long[name] || short[name] === most;
  const agree =
    (["disk", "startDisk", "onDisk", "count"] as const).every((name) => agreesWith(name, 0xffff)) &&
    (["length", "offset"] as const).every((name) => agreesWith(name, UNKNOWN));
  if (!agree) throw fault(file, "its two end records do not agree");
  const found = long ?? { ...short, start: end };
  if (found.disk !== 0 || found.startDisk !== 0 || found.onDisk !== found.count) {
    throw fault(file, "it is a part of a split archive");
  }
  if (found.offset + found.length !== found.start) throw fault(file, "its directory does not end where its end begins");
  return { offset: found.offset, length: found.length, count: found.count };
}

/** The 64-bit end record; null where there is none. */
function readEnd64(file: WeightFile, end: number) {
  if (end < LOCATOR_BYTES) return null;
  const locator = file.read(end - LOCATOR_BYTES, LOCATOR_BYTES);
  if (locator.readUInt32LE(0) !== 0x07064b50) return null;
  if (locator.readUInt32LE(4) !== 0 || locator.readUInt32LE(16) !== 1) {
    throw fault(file, "it is a part of a split archive");
  }
  const start = safeNumber(locator, 8);
  if (start === null || start + END64_BYTES !== end - LOCATOR_BYTES) throw fault(file, "its 64-bit end is damaged");
  const record = file.read(start, END64_BYTES);
  const [onDisk, count, length, offset] = [24, 32, 40, 48].map((field) => safeNumber(record, field));
  const sound = record.readUInt32LE(0) === 0x06064b50 && record.readBigUInt64LE(4) === BigInt(END64_BYTES - 12);
  if (!sound || onDisk == null || count == null || length == null || offset == null) {
    throw fault(file, "its 64-bit end is damaged");
  }
  return { start, disk: record.readUInt32LE(16), startDisk: record.readUInt32LE(20), onDisk, count, length, offset };
}

/** Content's bytes, bytes in the archive, place of the local header: of 32 bits, or of 64 in the extra field 1. */
function entrySizes(
  file: WeightFile,
  name: string,
  bytes: Buffer,
  at: number,
  extra: Buffer,
): [size: number, storedSize: number, headerOffset: number] {
  const fields = [24, 20, 42].map((field) => bytes.readUInt32LE(at + field));
  if (bytes.readUInt16LE(at + 34) !== 0) throw fault(file, "it is a part of a split archive");
  let long: Buffer | null = null;
  for (let from = 0; from + 4 <= extra.length; ) {
    const end = from + 4 + extra.readUInt16LE(from + 2);
    if (end > extra.length) throw fault(file, `entry ${shown(name)}: its extra field is damaged`);
    if (extra.readUInt16LE(from) === 1) long ??= extra.subarray(from + 4, end);
    from = end;
  }
  let used = 0;
  return fields.map((value) => {
    if (value !== UNKNOWN) return value;
    const number = long !== null && used + 8 <= long.length ? safeNumber(long, used) : null;
    used += 8;
    if (number === null) throw fault(file, `entry ${shown(name)}: its 64-bit sizes are missing or damaged`);
    return number;
  }) as [number, number, number];
}

/** Gives each entry the place where the next begins. @throws InputError if two overlap */
function withLimits(
  file: WeightFile,
  entries: ReadonlyMap<string, ZipEntry>,
  directory: number,
): ReadonlyMap<string, ZipEntry> {
  const sorted = [...entries.values()].sort((a, b) => a.headerOffset - b.headerOffset);
  const limits = new Map<string, number>();
  for (const [i, entry] of sorted.entries()) {
    const limit = sorted[i + 1]?.headerOffset ?? directory;
    const end = entry.headerOffset + LOCAL_BYTES + entry.nameBytes.length + entry.storedSize;
    if (end > limit) throw fault(file, `entry ${shown(entry.name)} overlaps what follows it`);
    limits.set(entry.name, limit);
  }
  return new Map([...entries].map(([name, entry]) => [name, { ...entry, limit: limits.get(name) as number }]));
}

function safeNumber(bytes: Buffer, at: number): number | null {
  const value = bytes.readBigUInt64LE(at);
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : null;
}

/** A name out of a file, for messages: quoted, and not longer than a line. */
export function shown(name: string): string {
  return JSON.stringify(name.length > 120 ? `${name.slice(0, 120)}…` : name);
}

function fault(file: WeightFile, what: string): InputError {
  return new InputError(`${file.path}: not a sound zip archive: ${what}; fetch or save the file again`);
}

function cut(file: WeightFile): InputError {
  return new InputError(
    `${file.path}: cut short: it begins as a zip archive, and the archive's end is missing; fetch the file again`,
  );
}
