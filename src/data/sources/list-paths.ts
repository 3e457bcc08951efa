import { realpathSync } from "node:fs";
import { isAbsolute, join, posix, relative, sep } from "node:path";
import { InputError } from "../../foundation/errors.ts";
import { IMAGE_NAME, listFolder, statOf } from "./folder-entry.ts";
import { systemPath } from "./image-entry.ts";
import type { ListRow } from "./list-rows.ts";
import { escapeText } from "./member-name.ts";

/** A file that a row of a list names. */
export interface ListedFile {
  /** below the list's folder, with "/" between folders */
  readonly path: string;
  readonly bytes: number;
}

/** Extensions that are tried for a name without one. */
const ENDINGS = [".JPEG", ".jpg", ".jpeg", ".png", ".webp"];
/** Maximum number of rows in a message. */
const FEW = 3;

/**
 * Finds the files of a list. Paths are relative to the list's folder and stay below it; a name without an extension may
 * be that of a single image.
 *
 * @param list  for messages
 * @throws InputError naming the row: a path that leads outside, a file that does not exist or appears twice
 */
export function findListedFiles(root: string, rows: readonly ListRow[], list: string): ListedFile[] {
  const real = realpathSync(root);
  const rowOf = new Map<string, number>();
  const missing: string[] = [];
  const files: ListedFile[] = [];
  for (const [at, row] of rows.entries()) {
    const where = `${list}: row ${at + 1}`;
    const file = findFile(root, pathBelow(root, real, row.path, where));
    if (file === null) {
      missing.push(`row ${at + 1}: ${row.path}`);
      continue;
    }
    const before = rowOf.get(file.path);
    if (before !== undefined) throw new InputError(`${where}: ${row.path} appears already in row ${before + 1}`);
    rowOf.set(file.path, at);
    files.push(file);
  }
  if (missing.length > 0) throw new InputError(`${list}: ${describeMissing(root, rows, missing)}`);
  return files;
}

function pathBelow(root: string, real: string, path: string, where: string): string {
  if (path.includes("\0")) throw new InputError(`${where}: a path with the character U+0000`);
  const absolute = isAbsolute(path) || /^[A-Za-z]:[/\\]/.test(path);
  const below = absolute
    ? [root, real].map((folder) => relative(folder, path)).find((rest) => !isOutside(rest))
    : posix.normalize(path);
  if (below !== undefined && !isOutside(below)) return escapeText(below.split(sep).join("/"));
  throw new InputError(
    `${where}: ${path} is outside the list's folder; put the list into a folder that contains all its images, and write paths relative to it`,
  );
}

function isOutside(path: string): boolean {
  return isAbsolute(path) || path === ".." || /^\.\.[/\\]/.test(path);
}

function findFile(root: string, path: string): ListedFile | null {
  const names = [path];
  if (path.includes("\\")) names.push(path.replaceAll("\\", "/")); // as written by Windows
  for (const name of names) {
    const file = fileAt(root, name);
    if (file !== null) return file;
  }
  if (IMAGE_NAME.test(path)) return null;
  const found = ENDINGS.flatMap((ending) => fileAt(root, path + ending) ?? []);
  return found.length === 1 ? (found[0] as ListedFile) : null;
}

function fileAt(root: string, path: string): ListedFile | null {
  const name = posix.normalize(path);
  if (isOutside(name)) return null;
  const info = statOf(systemPath(root, name));
  return info?.isFile() ? { path: name, bytes: info.size } : null;
}

function describeMissing(root: string, rows: readonly ListRow[], missing: readonly string[]): string {
  const few = missing.slice(0, FEW).join(", ");
  const more = missing.length > FEW ? `, and ${missing.length - FEW} more` : "";
  const first = rows[0]?.path as string;
  const folder =
    missing.length < rows.length ? undefined : folders(root).find((name) => findFile(join(root, name), first));
  const meant =
    folder === undefined ? "paths are relative to the list's folder" : `put the list into ${join(root, folder)}`;
  return `${missing.length} of ${rows.length} files do not exist (${few}${more}); ${meant}`;
}

function folders(root: string): string[] {
  return ["..", ...listFolder(root, ".").flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))];
}
