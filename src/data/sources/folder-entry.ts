import { readdirSync, type Stats, statSync } from "node:fs";
import type { FilePath } from "../../foundation/files/regular-file.ts";
import { clutterKind } from "./clutter.ts";
import { systemPath } from "./image-entry.ts";
import type { ListOptions } from "./image-source.ts";
import { isEscaped, memberName } from "./member-name.ts";

/** Names of files that count as images. */
export const IMAGE_NAME = /\.(?:jpe?g|png|webp|gif|tiff?|bmp)$/i;

/** Whether a name is that of an image and not clutter. */
export function isImage(name: string): boolean {
  return IMAGE_NAME.test(name) && clutterKind(name) === null;
}

/**
 * Returns the size of an image file; 0 for a broken link, which reading it reports.
 *
 * @param onFault  called for anything but a file (a pipe would never end)
 * @returns null where it is not listed
 */
export function imageSize(root: string, path: string, onFault: ListOptions["onFault"]): number | null {
  const info = statOf(systemPath(root, path));
  if (info?.isFile() === false && !onFault({ path, reason: "it is not a regular file", error: null })) return null;
  return info?.size ?? 0;
}

/** A file or folder in a folder. */
export interface FolderEntry {
  /** in the form of `memberName` */
  readonly name: string;
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
}

/**
 * Lists a folder's content, in no particular order. Names that are not UTF-8 are read as bytes. @throws the system's
 * error
 */
export function listFolder(root: string, path: string): FolderEntry[] {
  const place = systemPath(root, path);
  const entries = readdirSync(place, { withFileTypes: true });
  if (!entries.some(({ name }) => name.includes("\ufffd") || isEscaped(name))) return entries;
  return readdirSync(place, { withFileTypes: true, encoding: "buffer" }).map((entry) => ({
    name: memberName(entry.name),
    isDirectory: () => entry.isDirectory(),
    isSymbolicLink: () => entry.isSymbolicLink(),
  }));
}

/** Whether an entry of a folder below the root is a folder, or a link to one. */
export function isFolder(root: string, path: string, entry: FolderEntry): boolean {
  if (!entry.isSymbolicLink()) return entry.isDirectory();
  return statOf(systemPath(root, `${path}/${entry.name}`))?.isDirectory() ?? false;
}

/** Returns the state of a path; undefined if it does not exist, including broken and circular links. */
export function statOf(path: FilePath): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** Compares by code unit, as Python sorts: the same order on every machine and in every locale. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
