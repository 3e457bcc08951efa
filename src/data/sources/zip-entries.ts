import { InputError } from "../../foundation/errors.ts";
import { findZipDirectory, type ZipDirectory, type ZipFile, zipFault } from "../../foundation/files/zip-end.ts";
import {
  ENTRY_BYTES,
  type EntryFault,
  entryLength,
  parseEntry,
  type ZipEntry,
} from "../../foundation/files/zip-entry.ts";
import { quote } from "./archive-members.ts";
import type { ByteSource } from "./byte-source.ts";

/** Bytes of the directory that are in memory at a time; an entry has at most 196,653. */
const WINDOW = 1 << 20;

/** Bytes around an entry that a reader keeps: a hundred entries, those of the next images to be read. */
const READER_WINDOW = 16 << 10;

const FOUR_GIB = 2 ** 32;

/** An entry, and its position in the file. */
export interface ListedEntry {
  readonly entry: ZipEntry;
  readonly position: number;
}

/** Returns a function that makes the error for a fault of a member. */
export function memberFault(path: string, name: string): EntryFault {
  return (what) => new InputError(`${path}: member ${quote(name)}: ${what}`);
}

/** Does the same for a member whose name could not be read yet. */
function rawFault(path: string): (nameBytes: Buffer) => EntryFault {
  return (nameBytes) => memberFault(path, nameBytes.toString());
}

/**
 * Iterates over a zip's directory, in its order, one window at a time.
 *
 * @throws InputError for a directory that is damaged, or has another number of entries than its end record states
 */
export function* zipEntries(file: ZipFile, directory: ZipDirectory): Generator<ListedEntry> {
  const end = directory.offset + directory.length;
  let window: Buffer = Buffer.alloc(0);
  let start = directory.offset; // in the window
  let listed = 0;
  for (let position = directory.offset; position < end; ) {
    const length = entryIn(window, position - start);
    if (length === null) {
      window = file.read(position, Math.min(WINDOW, end - position));
      start = position;
      if (entryIn(window, 0) === null) {
        throw zipFault(file, `its directory is damaged at byte ${position}, after ${listed} entries`);
      }
      continue;
    }
    yield { entry: parseEntry(window, position - start, rawFault(file.path)), position };
    listed += 1;
    position += length;
  }
  // without 64 bits, some programs store the last 16 bits of the number
  const expected = directory.is64 ? listed : listed % 0x10000;
  if (directory.count !== expected) {
    throw zipFault(file, `its directory lists ${listed} entries, its end record states ${directory.count}`);
  }
}

/** Returns the bytes of the entry at a position of a window; null where it is missing or incomplete. */
function entryIn(window: Buffer, at: number): number | null {
  if (at + ENTRY_BYTES > window.length) return null;
  const length = entryLength(window, at);
  return length === null || at + length > window.length ? null : length;
}

/** Reads single entries of an open zip by their positions. */
export type EntryReader = (bytes: ByteSource, position: number, name: string) => Promise<ZipEntry>;

/** Creates a reader of entries. Adjacent entries are read with a single read of the file. */
export function entryReader(path: string): EntryReader {
  let start = 0;
  let window: Buffer = Buffer.alloc(0);
  return async (bytes, position, name) => {
    const isHere = position >= start && entryIn(window, position - start) !== null;
    let [from, piece] = [start, window];
    for (const length of isHere ? [] : [READER_WINDOW, WINDOW]) {
      [from, piece] = [
        position,
        Buffer.from(await bytes.slice(position, Math.min(position + length, bytes.byteLength))),
      ];
      if (entryIn(piece, 0) !== null) break;
    }
    if (entryIn(piece, position - from) === null) {
      throw memberFault(path, name)("its entry in the directory is missing; was the archive changed? run again");
    }
    [start, window] = [from, piece];
    return parseEntry(piece, position - from, () => memberFault(path, name));
  };
}

/** Returns the possible positions of an entry's local header in the file. */
export function headerPlaces(entry: ZipEntry, { before, wraps, offset }: ZipDirectory): number[] {
  const first = before + entry.headerOffset;
  if (!wraps) return [first];
  return Array.from({ length: Math.ceil((offset - first) / FOUR_GIB) }, (_, i) => first + i * FOUR_GIB);
}

/** Opens a zip's directory. @throws InputError for a file that is not a zip, or a damaged one */
export function openDirectory(file: ZipFile): ZipDirectory {
  const start = file.read(0, Math.min(file.size, 256)).toString("latin1");
  const kind = otherKind(start);
  if (kind !== null) throw new InputError(`${file.path}: not a zip archive, ${kind}`);
  return findZipDirectory(file);
}

function otherKind(start: string): string | null {
  if (start === "") return "it is empty; fetch the file again";
  if (start.startsWith("version https://git-lfs")) return "it is a Git LFS pointer; fetch the file with git lfs pull";
  if (/^\s*<(?:!doctype|html|\?xml)/i.test(start)) {
    return "it is a web page, which the server sent instead of the file; fetch the file again";
  }
  if (start.startsWith("\x1f\x8b")) return "it is compressed by gzip; correct its extension";
  return null;
}
