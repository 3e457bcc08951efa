import { join } from "node:path";
import { readRegularIntoSync } from "../../foundation/files/regular-file.ts";

/** Maximum number of files whose content is examined. */
const MAX_FILES = 64;
/** Number of first bytes that identify a file's format: a tar's signature is at byte 257. */
const HEAD = 512;

const AS_FILES = "write its images as files, one folder per class";

/** Files that contain images and cannot be read, or not in their present form: what they are, and what to do. */
const UNREAD: readonly (readonly [test: (head: string, name: string) => boolean, what: string, step: string])[] = [
  [
    (_, name) => /\.(?:crdownload|part|partial|incomplete|aria2|download|!qb)$/.test(name),
    "an unfinished download",
    "fetch it again",
  ],
  [
    (head) => head.startsWith("version https://git-lfs"),
    "a pointer of Git LFS, not the file itself",
    "fetch the files with git lfs pull",
  ],
  [
    (head) => /^\s*(?:<!doctype html|<html)/i.test(head),
    "a web page, not the file that its name suggests",
    "fetch it again",
  ],
  [(head) => head.startsWith("BZh"), "bzip2, which is not supported", "unpack it with tar -xjf"],
  [(head) => head.startsWith("\xfd7zXZ"), "xz, which is not supported", "unpack it with tar -xJf"],
  [(head) => head.startsWith("7z\xbc\xaf"), "7z, which is not supported", "unpack it with 7z x"],
  [(head) => head.startsWith("Rar!"), "RAR, which is not supported", "unpack it with unrar x"],
  [(head) => head.startsWith("\x89HDF"), "HDF5, which is not supported", AS_FILES],
  [
    (_, name) =>
      /\.tfrecords?(?:[-.]|$)|tfrecord-\d/.test(name) || /^(?:train|validation|test)-\d{5}-of-\d{5}$/.test(name),
    "TFRecord, which is not supported",
    AS_FILES,
  ],
  [(_, name) => name.endsWith(".beton"), "FFCV's format, which is not supported", AS_FILES],
  [(_, name) => /(?:\.lmdb|\.mdb)$/.test(name), "LMDB, which is not supported", AS_FILES],
];

/** Describes the first file among these names that cannot be read, and what to do; null where there is none. */
export function describeUnread(root: string, names: readonly string[]): string | null {
  for (const name of names.slice(0, MAX_FILES)) {
    const head = readHead(join(root, name));
    const kind = UNREAD.find(([test]) => test(head, name.toLowerCase()));
    if (kind === undefined) continue;
    const [, what, step] = kind;
    const alike = names.filter((candidate) => candidate !== name && endingOf(candidate) === endingOf(name)).length;
    return `${name}${alike > 0 ? ` and ${alike} more` : ""}: ${what}; ${step}`;
  }
  return null;
}

function endingOf(name: string): string {
  return name.slice(name.lastIndexOf(".") + 1).toLowerCase();
}

/** Reads the first bytes of a regular file, one character per byte; empty for others. */
function readHead(path: string): string {
  try {
    const head = Buffer.alloc(HEAD);
    return head.toString("latin1", 0, readRegularIntoSync(path, head, 0));
  } catch {
    return "";
  }
}
