import { type Dirent, type Stats, statSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "../../foundation/errors.ts";
import { clutterKind } from "./clutter.ts";

/** Names of files that count as images. */
export const IMAGE_NAME = /\.(?:jpe?g|png|webp|gif|tiff?|bmp)$/i;

/** Whether a name is that of an image and no clutter. */
export function isImage(name: string): boolean {
  return IMAGE_NAME.test(name) && clutterKind(name) === null;
}

/** The size of an image file; 0 for a link to nothing. @throws InputError if its name cannot be used to open it */
export function imageBytes(root: string, path: string): number {
  const size = statOf(join(root, path))?.size;
  if (size === undefined && path.includes("\ufffd")) throw notUtf8(join(root, path));
  return size ?? 0;
}

/** The error for what is there under bytes that are no text. */
export function notUtf8(path: string): InputError {
  return new InputError(`${path}: its name is not UTF-8, so it cannot be opened by it; rename it`);
}

/** Whether an entry is a folder, or a link to one. */
export function isFolder(parent: string, entry: Dirent): boolean {
  if (!entry.isSymbolicLink()) return entry.isDirectory();
  return statOf(join(parent, entry.name))?.isDirectory() ?? false;
}

/** undefined for what is not there, also where a link leads nowhere or in a circle. */
export function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** By code unit, as Python sorts: the same order on every machine, whatever its language. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
