import { closeSync, fstatSync } from "node:fs";
import { setImmediate as nextTurn } from "node:timers/promises";
import { readError } from "../../foundation/files/read-error.ts";
import { fillSync, openRegularSync } from "../../foundation/files/regular-file.ts";
import { splitArchive, type ZipDirectory, type ZipFile, zipFault } from "../../foundation/files/zip-end.ts";
import type { EntryFault, ZipEntry } from "../../foundation/files/zip-entry.ts";
import { byteSize, plural } from "../../foundation/number-text.ts";
import { nameFault, SMALL_BYTES, skippedNotes } from "./archive-members.ts";
import type { ByteSource } from "./byte-source.ts";
import type { ContainerIndex, ContainerMember } from "./container-format.ts";
import { IMAGE_NAME, isImage } from "./folder-entry.ts";
import { type PlacedEntry, packingOf, readZipMember, type ZipPassword } from "./zip-data.ts";
import { headerPlaces, memberFault, openDirectory, zipEntries } from "./zip-entries.ts";
import { zipName } from "./zip-name.ts";
import { memberPlaces } from "./zip-places.ts";

/** Number of entries after which other work of the process can run. */
const TURN = 2048;

const FOLDER_ATTRIBUTE = 0x10;
/** Kinds of files in the upper half of Unix attributes. */
const KIND = 0xf000;
const REGULAR = 0x8000;
const FOLDER = 0x4000;
const LINK = 0xa000;
const UNIX_HOSTS: readonly number[] = [3, 19];

/** Labels of images: they are read with the index, and must be small. */
const LABEL_NAME = /\.cls$/i;

/**
 * Lists the files of a zip, in the order of its directory, without reading an image.
 *
 * @param password  of encrypted members; null where none is given
 * @returns `check` refuses images stored in an unsupported way, and a missing or wrong password, by reading the
 *   smallest encrypted image
 * @throws InputError naming the zip, and the member: a file that is not a complete zip in a single part, members that
 *   overlap or have the same name, names that lead outside, links named like an image or its label
 */
export async function indexZip(path: string, password: ZipPassword | null): Promise<ContainerIndex> {
  return withZip(path, (file) => listZip(file, password));
}

/** Opens a zip, and closes it when the work is done. */
async function withZip<Result>(path: string, work: (file: ZipFile) => Promise<Result>): Promise<Result> {
  let opened: number | null = null;
  try {
    const descriptor = openRegularSync(path);
    opened = descriptor;
    const { size } = fstatSync(descriptor);
    const read = (offset: number, length: number): Buffer => {
      const bytes = Buffer.allocUnsafeSlow(length);
      if (fillSync(descriptor, bytes, offset) === length) return bytes;
      throw zipFault({ path }, `it ends before byte ${offset + length}`);
    };
    return await work({ path, size, read });
  } catch (cause) {
    throw readError(path, cause);
  } finally {
    if (opened !== null) closeSync(opened);
  }
}

async function listZip(file: ZipFile, password: ZipPassword | null): Promise<ContainerIndex> {
  const directory = openDirectory(file);
  const source = sourceOf(file);
  const members: ContainerMember[] = [];
  const names = new Set<string>();
  const places = memberPlaces(file, directory);
  const images = imageCheck();
  const skipped: { readonly type: "other"; readonly name: string }[] = [];
  let entries = 0;
  let backslashes = 0;
  for (const { entry, position } of zipEntries(file, directory)) {
    if (++entries % TURN === 0) await nextTurn();
    const { text, fault, hasBackslashes } = checkName(file, entry);
    places.add(entry, fault);
    const name = text.split("/").filter(isNamedSegment).join("/");
    const type = typeOf(entry, text, fault);
    if (type === "other") skipped.push({ type, name });
    if (type !== "file") continue;
    if (names.has(name)) throw fault("a second member with this name");
    names.add(name);
    if (hasBackslashes) backslashes += 1;
    const placed = { entry, places: headerPlaces(entry, directory), fault };
    if (isImage(name.slice(name.lastIndexOf("/") + 1))) images.add(placed);
    const isLabel = LABEL_NAME.test(name) && entry.size <= SMALL_BYTES;
    const label = isLabel ? Buffer.from(await readZipMember(source, placed, password)).toString("latin1") : null;
    members.push({ name, bytes: entry.size, position, text: label });
  }
  places.check();
  const check = () => withZip(file.path, (opened) => images.check(sourceOf(opened), password));
  const notes = [...notesOf(file, directory, backslashes), ...skippedNotes(file.path, skipped)];
  return { members, notes, warnings: [], check };
}

function checkName(file: ZipFile, entry: ZipEntry): { text: string; fault: EntryFault; hasBackslashes: boolean } {
  const { text, backslashes } = zipName(entry, memberFault(file.path, entry.nameBytes.toString()));
  const fault = memberFault(file.path, text);
  if (entry.disk !== 0) throw splitArchive(file);
  const wrong = nameFault(text);
  if (wrong !== null) throw fault(wrong);
  return { text, fault, hasBackslashes: backslashes };
}

function isNamedSegment(segment: string): boolean {
  return segment !== "" && segment !== ".";
}

/**
 * Returns what an entry is. "other" is a link or a device, which is skipped.
 *
 * @throws the error from `fault` for a link or device named like an image or a label, and for a folder with content
 */
function typeOf(entry: ZipEntry, text: string, fault: EntryFault): "file" | "folder" | "other" {
  const { host, attributes, size, storedSize } = entry;
  const kind = (attributes >>> 16) & KIND;
  const isUnix = UNIX_HOSTS.includes(host);
  if (kind === LINK || (isUnix && ![0, REGULAR, FOLDER].includes(kind))) {
    if (!IMAGE_NAME.test(text) && !LABEL_NAME.test(text)) return "other";
    const what = kind === LINK ? "a symbolic link" : "a device or a pipe";
    throw fault(`it is ${what}, expected files and folders only; pack the files themselves`);
  }
  const isNamed = text.endsWith("/");
  if (isNamed && size > 0) throw fault("it is a file, but its name is that of a folder");
  const isMarked = (isUnix && kind === FOLDER) || (attributes & FOLDER_ATTRIBUTE) !== 0;
  return isNamed || (isMarked && storedSize === 0) ? "folder" : "file";
}

/** Creates the check of whether the images of a zip can be read, as far as it is possible without reading each. */
function imageCheck() {
  let smallest: PlacedEntry | null = null; // of the encrypted ones
  let unreadable: unknown = null;
  return {
    add(image: PlacedEntry): void {
      const { entry, fault } = image;
      try {
        packingOf(entry, fault);
      } catch (cause) {
        unreadable ??= cause;
        return;
      }
      const isSmaller = smallest === null || entry.storedSize < smallest.entry.storedSize || smallest.entry.size === 0;
      if (entry.encrypted && isSmaller && (entry.size > 0 || smallest === null)) smallest = image;
    },
    async check(source: ByteSource, password: ZipPassword | null): Promise<void> {
      if (unreadable !== null) throw unreadable;
      if (smallest !== null) await readZipMember(source, smallest, password);
    },
  };
}

function notesOf(file: ZipFile, { before }: ZipDirectory, backslashes: number): string[] {
  const notes: string[] = [];
  if (before > 0) notes.push(`${file.path}: ${byteSize(before)} before the archive are skipped`);
  if (backslashes > 0) {
    notes.push(`${file.path}: "\\" is read as "/" in the names of ${plural(backslashes, "member")}`);
  }
  return notes;
}

function sourceOf({ read, size }: ZipFile): ByteSource {
  return {
    byteLength: size,
    slice: async (start, end = size) => {
      const { buffer, byteOffset, byteLength } = read(start, Math.max(0, end - start));
      return buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer;
    },
  };
}
