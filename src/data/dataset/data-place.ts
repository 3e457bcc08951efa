import { readdir, realpath, stat } from "node:fs/promises";
import { basename, dirname, join, posix } from "node:path";
import { InputError } from "../../foundation/errors.ts";
import { isGlobMatch } from "../../foundation/name-pattern.ts";
import { clutterKind } from "../sources/clutter.ts";
import { compareText } from "../sources/folder-entry.ts";
import type { SourceRoot } from "../sources/image-source.ts";
import { CONTAINER_ENDINGS } from "../sources/source-formats.ts";
import { nameFew } from "./describe-aside.ts";

/** Maximum number of files in a message. */
const FEW = 5;

/**
 * Resolves a user's path for a benchmark's images: a folder, a container file, or a pattern of files in one folder,
 * `DIR/imagenet1k-validation-*`.
 *
 * @throws InputError if nothing matches
 */
export async function placeAt(path: string): Promise<SourceRoot> {
  const info = await stat(path).catch(() => undefined);
  if (info?.isDirectory()) return { root: path };
  if (info !== undefined) return { root: dirname(path), files: [basename(path)] };
  const pattern = basename(path);
  if (!/[*?]/.test(pattern)) throw new InputError(`${path}: no such folder or file`);
  const root = dirname(path);
  const there = (await readdir(root).catch(() => null))?.filter((name) => clutterKind(name) === null);
  if (there === undefined) throw new InputError(`${root}: no such folder, for the pattern ${path}`);
  const matched = there.sort(compareText).filter((name) => isGlobMatch(name, pattern));
  const areFolders = await Promise.all(matched.map((name) => isFolder(join(root, name))));
  const files = matched.filter((_, i) => !areFolders[i]);
  const [first] = files;
  if (first !== undefined) {
    const strange = files.find((name) => endingOf(name) !== endingOf(first) || endingOf(name) === null);
    if (strange === undefined) return { root, files };
    const what = endingOf(strange) === null ? "is not an image container" : `has a different format from ${first}`;
    throw new InputError(
      `${path}: matches ${nameFew(files, FEW)}, of which ${strange} ${what}; use a narrower pattern`,
    );
  }
  if (matched.length === 1) return { root: join(root, matched[0] as string) };
  const what = matched.length > 0 ? `matches ${matched.length} folders and no files` : "matches nothing";
  throw new InputError(`${path}: ${what}; in ${root} there are ${nameFew(there, FEW) || "no files"}`);
}

/** Returns the extension of a container's name; null for other files. */
export function endingOf(name: string): string | null {
  const lower = name.toLowerCase();
  return CONTAINER_ENDINGS.find((ending) => lower.endsWith(ending)) ?? null;
}

/** A place with a name under which a benchmark is stored. */
export interface NamedPlace extends SourceRoot {
  /** path of its folder or file */
  readonly path: string;
  readonly real: string;
}

/**
 * Finds the existing folders with these names, and the containers with these names, with or without an extension. Two
 * names of one folder, by a link or because case is ignored, are one place.
 *
 * @param names  paths below the root, "*" for any part of a folder's name; "." is the root itself
 */
export async function placesNamed(
  names: readonly string[],
  root: string,
): Promise<{ readonly folders: NamedPlace[]; readonly files: NamedPlace[] }> {
  const folders = new Map<string, NamedPlace>();
  const files = new Map<string, NamedPlace>();
  const listings = new Map<string, Promise<readonly string[]>>();
  const namesIn = (folder: string) => {
    const listing = listings.get(folder) ?? readdir(folder).catch(() => []);
    listings.set(folder, listing);
    return listing;
  };
  for (const name of await expandNames(names, namesIn, root)) {
    const path = name === "." ? root : join(root, name);
    if (await isFolder(path)) {
      const real = await realpath(path);
      if (!folders.has(real)) folders.set(real, { root: path, path, real });
    }
    if (name === ".") continue;
    const folder = dirname(path);
    for (const file of await namesIn(folder)) {
      const ending = endingOf(file);
      const isCalled = ending !== null && [file, file.slice(0, -ending.length)].includes(basename(path));
      if (!isCalled || (await isFolder(join(folder, file)))) continue;
      const real = await realpath(join(folder, file)).catch(() => null);
      if (real !== null && !files.has(real)) {
        files.set(real, { root: folder, files: [file], path: join(folder, file), real });
      }
    }
  }
  return { folders: [...folders.values()], files: [...files.values()] };
}

/** Expands "*" in names to all matches: a snapshot's folder in the Hub's cache is a hash, for example. */
async function expandNames(
  names: readonly string[],
  namesIn: (folder: string) => Promise<readonly string[]>,
  root: string,
): Promise<string[]> {
  const expanded: string[] = [];
  for (const name of names) {
    let paths = [""];
    for (const part of name.includes("*") ? name.split("/") : []) {
      const next: string[] = [];
      for (const path of paths) {
        const there = part.includes("*") ? await namesIn(join(root, path)) : [part];
        const fitting = there.filter((entry) => clutterKind(entry) === null && isGlobMatch(entry, part));
        next.push(...fitting.sort(compareText).map((entry) => posix.join(path, entry)));
      }
      paths = next;
    }
    expanded.push(...(name.includes("*") ? paths : [name]));
  }
  return expanded;
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}
