import { readdir, stat, utimes } from "node:fs/promises";
import { basename, join, sep } from "node:path";
import { TEMPORARY_NAME } from "../../foundation/files/atomic-write.ts";
import { readJson, readText } from "../../foundation/files/read-text.ts";
import { isUnnamedMatrix, storedMatrixGlance, storedMatrixState } from "../../foundation/files/stored-matrix.ts";
import { type RuntimeKind, runtimeKey } from "../../model/onnx/runtime.ts";

/** A folder of the store. It can be deleted to free space; its content is recreated when needed. */
export interface StoreEntry {
  readonly folder: string;
  /** image embeddings of a checkpoint and a manifest, a checkpoint's text embeddings, or other files */
  readonly kind: string;
  /** "unknown" if the store does not contain it; empty if not applicable */
  readonly checkpoint: string;
  readonly benchmark: string;
  /** number of images of the manifest; 0 for other kinds */
  readonly images: number;
  /** parts of images or files of text embeddings: number of intact ones, and expected number */
  readonly whole: number;
  readonly total: number;
  readonly bytes: number;
  /** time of the last write or use, ISO 8601, UTC */
  readonly lastUse: string;
  /** damaged, foreign or leftover files, one line each with the path */
  readonly problems: readonly string[];
}

interface Layout {
  readonly key: string;
  readonly part_size: number;
  readonly benchmark: string;
  readonly checkpoint: string;
  readonly fingerprint: string;
  readonly images: number;
}

/**
 * Checks for files other than embeddings: kind of a folder → whether a file is intact and matches its path in the
 * folder (with "/").
 */
export type SideFileChecks = Readonly<Record<string, (name: string, text: string) => boolean>>;

/**
 * Lists the content of a store, ordered by kind and folder; empty if there is no store.
 *
 * @param deep  verify the checksums of embeddings, which reads all of them; otherwise only sizes and descriptions are
 *   checked
 */
export async function listStore(root: string, deep = false, sideFiles: SideFileChecks = {}): Promise<StoreEntry[]> {
  const entries: StoreEntry[] = [];
  const names = new Map<string, Set<string>>();
  for (const folder of await foldersOf(join(root, "images"))) {
    const { layout, ...entry } = await listImages(folder, deep);
    entries.push(entry);
    if (layout === null) continue;
    const start = layout.fingerprint.slice(0, TEXT_NAME);
    names.set(start, (names.get(start) ?? new Set()).add(layout.checkpoint));
  }
  for (const folder of await foldersOf(join(root, "text"))) {
    const name = basename(folder);
    const checkpoint = [...(names.get(name.slice(0, TEXT_NAME)) ?? ["unknown"])].join(", ");
    const entry = await listText(folder, deep);
    entries.push({ ...entry, checkpoint });
  }
  for (const folder of await foldersOf(root)) {
    const kind = folder.slice(root.length + 1);
    if (kind === "images" || kind === "text") continue;
    const problems = await sideFileProblems(folder, sideFiles[kind]);
    entries.push({ ...(await describe(folder)), kind, problems });
  }
  return entries;
}

async function sideFileProblems(folder: string, isOurs: SideFileChecks[string] | undefined): Promise<string[]> {
  if (isOurs === undefined) return [];
  const problems: string[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const name = path.slice(folder.length + 1).replaceAll(sep, "/");
    if (TEMPORARY_NAME.test(name)) problems.push(unfinished(path));
    else if (!isOurs(name, await readText(path).catch(() => ""))) problems.push(`${path}: ${FOREIGN}`);
  }
  return problems.sort();
}

const FOREIGN = "damaged or foreign; not used";

function unfinished(path: string): string {
  return `${path}: being written, or left by a run that was killed`;
}

/** Records that a folder was used now. Never fails, because a store may be read-only. */
export async function markUsed(folder: string): Promise<void> {
  const now = new Date();
  await utimes(folder, now, now).catch(() => {});
}

/** File in a folder of text embeddings that records whether padding affects them. */
export const PADDING_FILE = "padding.json";

/** Number of digits of each hash in the name of a folder of text embeddings. */
const TEXT_NAME = 16;
/** Number of digits of the key in the name of a folder of image embeddings. */
const KEY_DIGITS = 16;

/**
 * Returns the key that determines text embeddings: the checkpoint's fingerprint, the hash of its text settings, and the
 * runtime.
 */
export function storedTextKey(fingerprint: string, textSha256: string, runtime: RuntimeKind): string {
  return [fingerprint, textSha256, ...runtimeKey(runtime)].join("-");
}

/** Returns the name of a checkpoint's folder of text embeddings: the parts of its key, with shortened hashes. */
export function textFolderName(key: string): string {
  const parts = key.split("-");
  return parts.map((part) => part.slice(0, TEXT_NAME)).join("-");
}

async function foldersOf(parent: string): Promise<string[]> {
  const entries = await readdir(parent, { withFileTypes: true }).catch(() => []);
  const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => join(parent, entry.name));
  return folders.sort();
}

async function describe(folder: string): Promise<StoreEntry> {
  let bytes = 0;
  for (const name of await readdir(folder, { recursive: true }).catch(() => [] as string[])) {
    const found = await stat(join(folder, name)).catch(() => null);
    if (found?.isFile()) bytes += found.size;
  }
  const lastUse = (await stat(folder)).mtime.toISOString();
  const nothing = { checkpoint: "", benchmark: "", images: 0, whole: 0, total: 0, problems: [] };
  return { ...nothing, folder, kind: "other", bytes, lastUse };
}

async function listImages(folder: string, deep: boolean): Promise<StoreEntry & { readonly layout: Layout | null }> {
  const entry = { ...(await describe(folder)), kind: "images" };
  const layout = await readLayout(join(folder, "store.json"));
  if (layout === null) {
    const problems = [`${join(folder, "store.json")}: missing or damaged; the folder can be deleted`];
    return { ...entry, checkpoint: "unknown", benchmark: "unknown", problems, layout };
  }
  const { key, part_size: size, images, benchmark, checkpoint } = layout;
  const total = Math.ceil(images / size);
  const problems: string[] = [];
  if (basename(folder) !== key.slice(0, KEY_DIGITS)) {
    problems.push(`${folder}: an unused copy of another folder of the store; it can be deleted`);
  }
  let whole = 0;
  for (let index = 0; index < total; index++) {
    const stem = join(folder, `part-${String(index).padStart(5, "0")}`);
    const part = await stateOf<{ readonly first?: number; readonly key?: string }>(stem, deep);
    if (part.state === "damaged") problems.push(part.reason);
    if (part.state !== "whole") continue;
    const isOurs =
      part.metadata.first === index * size &&
      part.rows === Math.min(size, images - index * size) &&
      part.metadata.key === key;
    if (isOurs) whole++;
    else problems.push(`${stem}.json: it belongs to another checkpoint or other images`);
  }
  const isPart = (name: string) => /^part-\d{5,}(-[0-9a-f]{8}\.npy|\.json)$/.test(name);
  const isKnown = (name: string) => isPart(name) || name === "store.json" || name === "manifest.json";
  for (const problem of await unknownFiles(folder, isKnown)) problems.push(problem);
  return { ...entry, checkpoint, benchmark, images, whole, total, problems, layout };
}

async function listText(folder: string, deep: boolean): Promise<StoreEntry> {
  const isText = (name: string) => /^(prompts|classifier)-[0-9a-f]{16}(-[0-9a-f]{8}\.npy|\.json)$/.test(name);
  const stems = (await readdir(folder)).filter((name) => isText(name) && name.endsWith(".json"));
  const problems: string[] = [];
  let whole = 0;
  for (const name of stems.sort()) {
    const stem = join(folder, name.slice(0, -".json".length));
    const text = await stateOf<{ readonly of?: string }>(stem, deep);
    if (text.state === "damaged") problems.push(text.reason);
    if (text.state !== "whole") continue;
    if (textFolderName(text.metadata.of ?? "") === basename(folder)) whole++;
    else problems.push(`${stem}.json: it does not name this folder's checkpoint; it is not used`);
  }
  for (const problem of await unknownFiles(folder, (name) => isText(name) || name === PADDING_FILE))
    problems.push(problem);
  return { ...(await describe(folder)), kind: "text", whole, total: stems.length, problems };
}

function stateOf<About>(stem: string, deep: boolean) {
  return deep ? storedMatrixState<About>(stem) : storedMatrixGlance<About>(stem);
}

/** Finds files that do not belong to the store, or were left by a killed run. */
async function unknownFiles(folder: string, isKnown: (name: string) => boolean): Promise<string[]> {
  const found: string[] = [];
  for (const name of (await readdir(folder)).sort()) {
    const path = join(folder, name);
    if (TEMPORARY_NAME.test(name) || (await isUnnamedMatrix(folder, name))) {
      found.push(unfinished(path));
    } else if (!isKnown(name)) found.push(`${path}: not a file of the store`);
  }
  return found;
}

async function readLayout(path: string): Promise<Layout | null> {
  try {
    const layout = (await readJson(path)) as Layout;
    const numbers = [layout.part_size, layout.images].every((n) => Number.isSafeInteger(n) && n > 0);
    const texts = [layout.key, layout.benchmark, layout.checkpoint, layout.fingerprint];
    return numbers && texts.every((text) => typeof text === "string") ? layout : null;
  } catch {
    return null;
  }
}
