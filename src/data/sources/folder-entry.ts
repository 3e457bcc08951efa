import { type Dirent, type Stats, statSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "../../foundation/errors.ts";
import { clutterKind } from "./clutter.ts";
import type { ListOptions } from "./image-source.ts";

/** Names of files that count as images. */
export const IMAGE_NAME = /\.(?:jpe?g|png|webp|gif|tiff?|bmp)$/i;

/** Whether a name is that of an image and no clutter. */
export function isImage(name: string): boolean {
  return IMAGE_NAME.test(name) && clutterKind(name) === null;
}

/**
 * The size of an image file; 0 for a link to nothing, of which reading it tells.
 *
 * @param onFault  told of a name that cannot be used to open it, and of what is no file (a pipe would never end)
 * @returns null where it is not to be listed
 */
export function imageSize(root: string, path: string, onFault: ListOptions["onFault"]): number | null {
  const place = join(root, path);
  const info = statOf(place);
  let listed = true;
  if (info === undefined && path.includes("\ufffd")) {
    listed = onFault({ path, reason: NOT_UTF8, error: notUtf8(place) });
  } else if (info?.isFile() === false) listed = onFault({ path, reason: "it is no regular file", error: null });
  return listed ? (info?.size ?? 0) : null;
}

const NOT_UTF8 = "its name is not UTF-8, so it cannot be opened by it; rename it";

/** The error for what is there under bytes that are no text. */
export function notUtf8(path: string): InputError {
  return new InputError(`${path}: ${NOT_UTF8}`);
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
