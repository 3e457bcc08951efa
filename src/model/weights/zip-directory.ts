import { isUtf8 } from "node:buffer";
import { InputError } from "../../foundation/errors.ts";
import { staysInside } from "../../foundation/files/inside-folder.ts";
import { findZipDirectory, splitArchive, zipFault } from "../../foundation/files/zip-end.ts";
import {
  ENTRY_BYTES,
  entryLength,
  LOCAL_BYTES,
  parseEntry,
  type ZipEntry as ZipRecord,
} from "../../foundation/files/zip-entry.ts";
import { byteSize } from "../../foundation/number-text.ts";
import type { WeightFile } from "./weight-file.ts";

/** Maximum size of a directory in bytes. A checkpoint of 10,000 tensors and their optimizer has 2.6 MB. */
const MAX_DIRECTORY = 4e6;

/** A file in a zip. */
export interface ZipEntry extends ZipRecord {
  readonly name: string;
  /** start of the next entry or of the directory, which bounds this entry */
  readonly limit: number;
}

/**
 * Lists the files of a zip, in the order of its directory.
 *
 * @throws InputError if the file is not a complete zip in a single part, a name appears twice or leads out of the archive, or
 *   entries overlap
 */
export function readZipDirectory(file: WeightFile): ReadonlyMap<string, ZipEntry> {
  const { offset, length, count, before, wraps } = findZipDirectory(file);
  if (before > 0 || wraps) throw zipFault(file, "its directory does not end at its end-of-directory record");
  if (length > MAX_DIRECTORY) {
    throw zipFault(file, `its directory has ${byteSize(length)}, the maximum is ${byteSize(MAX_DIRECTORY)}`);
  }
  const bytes = file.read(offset, length);
  const found = new Map<string, ZipEntry>();
  for (let at = 0; at < length; ) {
    const entryBytes = at + ENTRY_BYTES > length ? null : entryLength(bytes, at);
    if (entryBytes === null || at + entryBytes > length) throw zipFault(file, "its directory is damaged");
    const entry = parseEntry(bytes, at, (raw) => (what) => zipFault(file, `entry ${shown(nameOf(raw))}: ${what}`));
    const name = nameOf(entry.nameBytes);
    if (entry.disk !== 0) throw splitArchive(file);
    if (!staysInside(name)) throw zipFault(file, `entry ${shown(name)}: its name leads out of the archive`);
    if (found.has(name)) throw zipFault(file, `entry ${shown(name)} appears twice`);
    found.set(name, { ...entry, name, limit: offset });
    at += entryBytes;
  }
  if (found.size !== count)
    throw zipFault(file, `its directory lists ${found.size} entries, its end-of-directory record ${count}`);
  return withLimits(file, found, offset);
}

function nameOf(bytes: Buffer): string {
  return bytes.toString(isUtf8(bytes) ? "utf8" : "latin1");
}

/**
 * Finds the start of a stored entry's bytes.
 *
 * @throws InputError if the entry is compressed or encrypted, or its local header differs from the directory
 */
export function storedOffset(file: WeightFile, entry: ZipEntry): number {
  const what = `entry ${shown(entry.name)}`;
  if (entry.encrypted) throw zipFault(file, `${what} is encrypted`);
  if (entry.method !== 0 || entry.size !== entry.storedSize) {
    throw new InputError(
      `${file.path}: ${what} is compressed; torch.save does not compress entries: unpack the archive and load it in PyTorch, or save it again with torch.save`,
    );
  }
  const header = file.read(entry.headerOffset, LOCAL_BYTES + entry.nameBytes.length);
  const agrees =
    header.readUInt32LE(0) === 0x04034b50 &&
    header.readUInt16LE(8) === entry.method &&
    header.readUInt16LE(26) === entry.nameBytes.length &&
    entry.nameBytes.equals(header.subarray(LOCAL_BYTES));
  if (!agrees) throw zipFault(file, `${what}: its header differs from the directory`);
  const start = entry.headerOffset + header.length + header.readUInt16LE(28);
  if (start + entry.size > entry.limit) throw zipFault(file, `${what} overlaps the next entry`);
  return start;
}

/** Sets the limit of each entry: the start of the next one. @throws InputError if two entries overlap */
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
    if (end > limit) throw zipFault(file, `entry ${shown(entry.name)} overlaps the next entry`);
    limits.set(entry.name, limit);
  }
  return new Map([...entries].map(([name, entry]) => [name, { ...entry, limit: limits.get(name) as number }]));
}

/** Quotes a name from a file for messages, shortened to a line. */
export function shown(name: string): string {
  return JSON.stringify(name.length > 120 ? `${name.slice(0, 120)}…` : name);
}
