import { readdir, readFile, stat, utimes } from "node:fs/promises";
import { basename, join } from "node:path";
import { TEMPORARY_NAME } from "../files/atomic-write.ts";
import { isUnnamedMatrix, storedMatrixGlance, storedMatrixState } from "../files/stored-matrix.ts";

/** One folder of the store. Deleting it frees its space; what is needed of it is made again. */
export interface StoreEntry {
  readonly folder: string;
  /** image embeddings of a checkpoint and a manifest, a checkpoint's text embeddings, or what else is there */
  readonly kind: string;
  /** "unknown" where nothing in the store says it; empty where it is of none */
  readonly checkpoint: string;
  readonly benchmark: string;
  /** images the manifest has; 0 for other kinds */
  readonly images: number;
  /** parts of images, or files of text embeddings: those that are whole, and how many there should be */
  readonly whole: number;
  readonly total: number;
  readonly bytes: number;
  /** when it was last written or scored from, ISO 8601, UTC */
  readonly lastUse: string;
  /** what is damaged, of something else, or left over, a line each with its path */
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
 * What a store holds, ordered by kind and folder; empty where there is no store.
 *
 * @param deep  compare everything with its checksum, which reads it all; otherwise only sizes and descriptions are judged
 */
export async function listStore(root: string, deep = false): Promise<StoreEntry[]> {
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
    const problems = name.length > TEXT_NAME ? entry.problems : [...entry.problems, `${folder}: ${FORMER_TEXT}`];
    entries.push({ ...entry, checkpoint, problems });
  }
  for (const folder of await foldersOf(root)) {
    const kind = folder.slice(root.length + 1);
    if (kind !== "images" && kind !== "text") entries.push({ ...(await describe(folder)), kind });
  }
  return entries;
}

/** Notes that a folder was used now. Never fails: a store may be there to be read only. */
export async function markUsed(folder: string): Promise<void> {
  const now = new Date();
  await utimes(folder, now, now).catch(() => {});
}

/** In a folder of text embeddings: whether padding takes part in them. */
export const PADDING_FILE = "padding.json";

/** Digits of each hash in the name of a folder of text embeddings. */
const TEXT_NAME = 16;

const FORMER_TEXT = "its name does not say how texts were tokenized; it is no longer used, and can be deleted";

/** Name of a checkpoint's folder of text embeddings: the first digits of its fingerprint and of its text settings' hash. */
export function textFolderName(fingerprint: string, textSha256: string): string {
  return `${fingerprint.slice(0, TEXT_NAME)}-${textSha256.slice(0, TEXT_NAME)}`;
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
    const problems = [`${join(folder, "store.json")}: not there, or damaged; the folder can be deleted`];
    return { ...entry, checkpoint: "unknown", benchmark: "unknown", problems, layout };
  }
  const { key, part_size: size, images, benchmark, checkpoint } = layout;
  const total = Math.ceil(images / size);
  const problems: string[] = [];
  let whole = 0;
  for (let index = 0; index < total; index++) {
    const stem = join(folder, `part-${String(index).padStart(5, "0")}`);
    const part = await stateOf<{ readonly first?: number; readonly key?: string }>(stem, deep);
    if (part.state === "damaged") problems.push(part.reason);
    if (part.state !== "whole") continue;
    const isOurs =
      part.about.first === index * size &&
      part.rows === Math.min(size, images - index * size) &&
      (part.about.key === undefined || part.about.key === key);
    if (isOurs) whole++;
    else problems.push(`${stem}.json: it is of another checkpoint, or of other images`);
  }
  const isPart = (name: string) => /^part-\d{5,}(-[0-9a-f]{8}\.npy|\.npy|\.json)$/.test(name);
  const isKnown = (name: string) => isPart(name) || name === "store.json" || name === "manifest.json";
  problems.push(...(await strangers(folder, isKnown)));
  return { ...entry, checkpoint, benchmark, images, whole, total, problems, layout };
}

async function listText(folder: string, deep: boolean): Promise<StoreEntry> {
  const isText = (name: string) => /^(prompts|classifier)-[0-9a-f]{16}(-[0-9a-f]{8}\.npy|\.npy|\.json)$/.test(name);
  const stems = (await readdir(folder)).filter((name) => isText(name) && name.endsWith(".json"));
  const problems: string[] = [];
  let whole = 0;
  for (const name of stems.sort()) {
    const text = await stateOf(join(folder, name.slice(0, -".json".length)), deep);
    if (text.state === "whole") whole++;
    if (text.state === "damaged") problems.push(text.reason);
  }
  problems.push(...(await strangers(folder, (name) => isText(name) || name === PADDING_FILE)));
  return { ...(await describe(folder)), kind: "text", whole, total: stems.length, problems };
}

function stateOf<About>(stem: string, deep: boolean) {
  return deep ? storedMatrixState<About>(stem) : storedMatrixGlance<About>(stem);
}

/** Files that are not the store's, or that a run which was killed left over. */
async function strangers(folder: string, isKnown: (name: string) => boolean): Promise<string[]> {
  const found: string[] = [];
  for (const name of (await readdir(folder)).sort()) {
    const path = join(folder, name);
    if (TEMPORARY_NAME.test(name) || (await isUnnamedMatrix(folder, name))) {
      found.push(`${path}: being written, or left by a run that was killed`);
    } else if (!isKnown(name)) found.push(`${path}: not a file of the store`);
  }
  return found;
}

async function readLayout(path: string): Promise<Layout | null> {
  try {
    const layout = JSON.parse(await readFile(path, "utf8")) as Layout;
    const numbers = [layout.part_size, layout.images].every((n) => Number.isSafeInteger(n) && n > 0);
    const texts = [layout.key, layout.benchmark, layout.checkpoint, layout.fingerprint];
    return numbers && texts.every((text) => typeof text === "string") ? layout : null;
  } catch {
    return null;
  }
}
