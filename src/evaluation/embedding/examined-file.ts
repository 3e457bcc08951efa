import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { atomicWrite } from "../../foundation/files/atomic-write.ts";
import { readText } from "../../foundation/files/read-text.ts";
import { sha256 } from "../../foundation/files/sha256.ts";
import { removeStaleFiles } from "../../foundation/files/stale-files.ts";

/*
 * Findings about images, in immutable files: a folder per real path of images, a JSON file per few thousand rows. A row's key identifies an image's path and the state of its file, so a row stays valid as long as the image is unchanged.
 */

/** Incremented when the form of states or contents changes. */
const VERSION = 1;

/** [key, SHA-256 of the bytes, fault]; the fault is "" if the image decodes, and absent if it was not decoded. */
export type ExaminedRow = readonly [key: string, sha256: string, fault?: string];

const fileSchema = z.strictObject({
  version: z.literal(VERSION),
  /** real path of the images' folder */
  root: z.string(),
  /** versions of the decoders */
  decoder: z.string(),
  images: z.array(
    z.union([
      z.tuple([z.string().length(32), z.string().length(64)]),
      z.tuple([z.string().length(32), z.string().length(64), z.string()]),
    ]),
  ),
  /** SHA-256 of the other fields */
  check: z.string(),
});

interface ExaminedFile {
  readonly version: number;
  readonly root: string;
  readonly decoder: string;
  readonly images: readonly ExaminedRow[];
}

/** Returns the key of an image in a state of its file. */
export function examinedKey(path: string, state: string): string {
  return sha256(`${path}\n${state}`).slice(0, 32);
}

/** Returns the folder of findings for a real path of images. */
export function examinedFolder(folder: string, root: string): string {
  return join(folder, sha256(root).slice(0, 32));
}

/** Writes rows. @returns the file's name; null if writing failed, in which case the findings are not recorded */
export async function writeExamined(
  folder: string,
  about: { readonly root: string; readonly decoder: string },
  rows: readonly ExaminedRow[],
): Promise<string | null> {
  const content: ExaminedFile = { version: VERSION, root: about.root, decoder: about.decoder, images: rows };
  const check = checkOf(content);
  const name = `${check.slice(0, 16)}.json`;
  try {
    await atomicWrite(join(folder, name), `${JSON.stringify({ ...content, check })}\n`);
    return name;
  } catch {
    return null;
  }
}

/** Iterates over the intact files of this root in a folder. Images decoded by other versions count as hashed only. */
export async function* readExamined(
  folder: string,
  { root, decoder }: { readonly root: string; readonly decoder: string },
): AsyncIterable<{ readonly name: string; readonly rows: readonly ExaminedRow[] }> {
  for (const name of (await readdir(folder).catch(() => [] as string[])).sort()) {
    if (!name.endsWith(".json")) continue;
    const file = parseExamined(await readText(join(folder, name)).catch(() => ""));
    if (file === null || file.root !== root) continue;
    const isSame = file.decoder === decoder;
    yield { name, rows: isSame ? file.images : file.images.map(([key, hash]): ExaminedRow => [key, hash]) };
  }
}

/**
 * Removes files whose rows were merged into others, and leftovers of killed runs. Never fails, because they only take
 * space.
 */
export async function removeExamined(folder: string, names: readonly string[]): Promise<void> {
  for (const name of names) await rm(join(folder, name), { force: true }).catch(() => {});
  await removeStaleFiles(folder);
}

function parseExamined(text: string): ExaminedFile | null {
  try {
    const { check, ...content } = fileSchema.parse(JSON.parse(text));
    return check === checkOf(content) ? content : null;
  } catch {
    return null;
  }
}

function checkOf({ version, root, decoder, images }: ExaminedFile): string {
  return sha256(JSON.stringify([version, root, decoder, images]));
}

/** Whether a file is intact and belongs to the folder that its name (with "/") identifies. */
export function isExaminedFile(name: string, text: string): boolean {
  const file = parseExamined(text);
  return file !== null && name === `${examinedFolder("", file.root)}/${checkOf(file).slice(0, 16)}.json`;
}
