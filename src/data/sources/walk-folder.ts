import { realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { InputError } from "../../foundation/errors.ts";
import { readError } from "../../foundation/files/read-error.ts";
import type { Aside } from "./aside.ts";
import { countClutter } from "./clutter.ts";
import { compareText, type FolderEntry, IMAGE_NAME, isFolder, isImage, listFolder } from "./folder-entry.ts";
import { systemPath } from "./image-entry.ts";
import type { ListOptions } from "./image-source.ts";
import { memberName } from "./member-name.ts";

/** A walk through a benchmark's folder, which records what is not an image of the set. */
export interface FolderWalk extends Aside {
  readonly root: string;
  readonly clutter: Map<string, number>;
  readonly links: string[];
  readonly looseImages: string[];
  strayFiles: number;
  readonly misplaced: string[];
  /** returns the class of a folder's name */
  labelOf: (name: string) => number | undefined;
  /** folders that contain images and are not classes */
  readonly unknown: { readonly name: string; readonly images: number }[];
  readonly onFault: ListOptions["onFault"];
  /** real path of every class folder, and of every folder reached by a link that was read → its label */
  readonly read: Map<string, number>;
  /** real paths of the class folders */
  readonly classes: Set<string>;
  /** real paths of the root and of all folders that contain it or a class folder */
  readonly above: Set<string>;
}

/** The kind of clutter under which unreadable folders next to the classes are counted. */
const FORBIDDEN = "folders without permission to read them";

export interface ClassFolder {
  readonly name: string;
  readonly label: number;
  readonly real: string;
}

/** Starts a walk. @param onFault called for folders that cannot be read; throws to stop there */
export function openWalk(root: string, onFault: ListOptions["onFault"]): FolderWalk {
  return {
    root,
    clutter: new Map(),
    links: [],
    looseImages: [],
    strayFiles: 0,
    notes: [],
    warnings: [],
    misplaced: [],
    labelOf: () => undefined,
    unknown: [],
    onFault,
    read: new Map(),
    classes: new Set(),
    above: new Set(),
  };
}

/** Lists a folder below the root; empty where it cannot be read. */
export function readEntries(walk: FolderWalk, path: string): FolderEntry[] {
  try {
    return listFolder(walk.root, path);
  } catch (cause) {
    const error = readError(join(walk.root, path), cause);
    walk.onFault({ path, reason: `the folder cannot be read: ${(cause as NodeJS.ErrnoException).code}`, error });
    return [];
  }
}

/**
 * Finds the class folders in the root, sorted by class, then by name; other entries are recorded.
 *
 * @param labelOf returns the class of a folder's name, undefined for other names
 * @returns null where no folder is a class
 * @throws InputError for a folder that belongs to two classes by links, or a link to the folder that contains the class
 *   folders
 */
export function findClassFolders(
  walk: FolderWalk,
  labelOf: (name: string) => number | undefined,
): readonly ClassFolder[] | null {
  const { root } = walk;
  const found: { name: string; label: number; isLink: boolean }[] = [];
  const nonClassEntries: { name: string; isFolder: boolean }[] = [];
  for (const entry of readEntries(walk, ".")) {
    const { name } = entry;
    const folder = isFolder(root, ".", entry);
    const label = folder ? labelOf(name) : undefined;
    if (label !== undefined) found.push({ name, label, isLink: entry.isSymbolicLink() });
    else nonClassEntries.push({ name, isFolder: folder });
  }
  if (found.length === 0) return null;
  walk.labelOf = labelOf;
  for (const { name, isFolder } of nonClassEntries) recordOther(walk, name, isFolder);
  found.sort((a, b) => a.label - b.label || Number(a.isLink) - Number(b.isLink) || compareText(a.name, b.name));
  const rootReal = realPath(root, ".");
  const folders: ClassFolder[] = [];
  const nameOf = new Map<string, string>();
  addAbove(walk, rootReal);
  for (const { name, label, isLink } of found) {
    const real = isLink ? realPath(root, name) : join(rootReal, name);
    const known = walk.read.get(real);
    if (known === label) {
      walk.links.push(name);
      continue;
    }
    if (known !== undefined) throw twoClasses(join(root, name), join(root, nameOf.get(real) as string));
    walk.read.set(real, label);
    walk.classes.add(real);
    nameOf.set(real, name);
    folders.push({ name, label, real });
  }
  for (const { real } of folders) addAbove(walk, dirname(real));
  const holder = folders.find(({ real }) => walk.above.has(real));
  if (holder !== undefined) {
    throw new InputError(
      `${join(root, holder.name)}: a link to ${holder.real}, which contains the class folders; remove it`,
    );
  }
  return folders;
}

function recordOther(walk: FolderWalk, name: string, folder: boolean): void {
  if (countClutter(walk.clutter, name)) return;
  if (folder) {
    const images = readOtherFolder(walk, name).filter((entry) => isImage(entry.name)).length;
    if (images > 0) walk.unknown.push({ name, images });
  } else if (IMAGE_NAME.test(name)) walk.looseImages.push(name);
  else walk.strayFiles++;
}

/**
 * Lists a folder that is not a class. A folder without read permission, such as a renamed lost+found, is only counted.
 */
function readOtherFolder(walk: FolderWalk, name: string): FolderEntry[] {
  try {
    return listFolder(walk.root, name);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code !== "EACCES" && code !== "EPERM") return readEntries(walk, name);
    walk.clutter.set(FORBIDDEN, (walk.clutter.get(FORBIDDEN) ?? 0) + 1);
    return [];
  }
}

/** Adds a folder and all folders that contain it. */
function addAbove(walk: FolderWalk, real: string): void {
  for (let path = real; !walk.above.has(path); path = dirname(path)) walk.above.add(path);
}

/**
 * Finds the paths of all images below the root, folder after folder, sorted by path; each folder is read once, even
 * if several links lead to it.
 */
export function* everyImage(walk: FolderWalk): Iterable<string> {
  const rootReal = realPath(walk.root, ".");
  addAbove(walk, rootReal);
  const entries = readEntries(walk, ".").toSorted((a, b) => compareText(a.name, b.name));
  const folders: ClassFolder[] = [];
  for (const entry of entries) {
    const { name } = entry;
    if (countClutter(walk.clutter, name)) continue;
    if (!isFolder(walk.root, ".", entry)) {
      if (IMAGE_NAME.test(name)) yield name;
      continue;
    }
    const real = entry.isSymbolicLink() ? realPath(walk.root, name) : join(rootReal, name);
    if (walk.read.has(real) || walk.above.has(real)) continue;
    walk.read.set(real, 0);
    walk.classes.add(real);
    folders.push({ name, label: 0, real });
  }
  for (const folder of folders) yield* imagesBelow(walk, folder).sort(compareText);
}

/**
 * Finds the paths of the images below a class folder at any depth, in no particular order. A link to a folder is
 * followed unless that folder is read at its own path, so that nothing is counted twice.
 *
 * @throws InputError for a folder that is reached as two classes
 */
export function imagesBelow(walk: FolderWalk, { name, label, real }: ClassFolder): string[] {
  const paths: string[] = [];
  collect(walk, { path: name, real, label, isLinked: false }, paths);
  return paths;
}

interface Place {
  readonly path: string;
  readonly real: string;
  readonly label: number;
  /** reached by a link inside a class folder */
  readonly isLinked: boolean;
}

function collect(walk: FolderWalk, place: Place, paths: string[]): void {
  for (const entry of readEntries(walk, place.path)) {
    const { name } = entry;
    if (countClutter(walk.clutter, name)) continue;
    const path = `${place.path}/${name}`;
    if (isFolder(walk.root, place.path, entry)) {
      const isLink = entry.isSymbolicLink();
      const real = isLink ? realPath(walk.root, path) : join(place.real, name);
      const inner = { path, real, label: place.label, isLinked: place.isLinked || isLink };
      if (inner.isLinked && !mayRead(walk, inner)) continue;
      const before = paths.length;
      collect(walk, inner, paths);
      const named = walk.labelOf(name);
      if (named !== undefined && named !== place.label && paths.length > before) walk.misplaced.push(path);
    } else if (IMAGE_NAME.test(name)) paths.push(path);
    else walk.strayFiles++;
  }
}

/** Whether to read a folder reached by a link: it is not read at its own path, and was not read before. */
function mayRead(walk: FolderWalk, { path, real, label }: Place): boolean {
  const known = walk.read.get(real);
  if (known !== undefined || walk.above.has(real) || isInClassFolder(walk, real)) {
    if (known !== undefined && known !== label && !walk.classes.has(real))
      throw twoClasses(join(walk.root, path), real);
    walk.links.push(path);
    return false;
  }
  walk.read.set(real, label);
  return true;
}

function isInClassFolder({ classes }: FolderWalk, real: string): boolean {
  for (let path = real; dirname(path) !== path; path = dirname(path)) if (classes.has(path)) return true;
  return false;
}

function twoClasses(path: string, otherPath: string): InputError {
  return new InputError(
    `${path}: the same folder as ${otherPath} (one is a link), but for another class; remove the wrong one`,
  );
}

/** Returns a real path in the form of `memberName`. */
function realPath(root: string, path: string): string {
  try {
    return memberName(realpathSync.native(systemPath(root, path), "buffer"));
  } catch (cause) {
    throw readError(join(root, path), cause);
  }
}
