import { createHash } from "node:crypto";
import { realpath } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { InputError } from "../../foundation/errors.ts";
import { atomicWrite } from "../../foundation/files/atomic-write.ts";
import { statIfThere } from "../../foundation/files/if-there.ts";
import { readJson } from "../../foundation/files/read-text.ts";
import { sha256 } from "../../foundation/files/sha256.ts";
import type { ContentEntry } from "./compare-content.ts";

const VERSION = 2;

const manifestSchema = z.object({
  version: z.literal(VERSION),
  benchmark: z.string(),
  root: z.string(),
  images: z.array(z.tuple([z.string(), z.number(), z.string().nullable(), z.number()])),
  /** SHA-256 of all the above */
  check: z.string(),
});

/** Where the content of a benchmark's images in a folder is written down: one file a benchmark and real path. */
export async function contentManifestPath(store: string, benchmark: string, root: string): Promise<string> {
  return join(store, "manifests", fileName(benchmark, await realpath(root)));
}

function fileName(benchmark: string, root: string): string {
  return `${benchmark}-${sha256(root).slice(0, 16)}.json`;
}

/**
 * Reads what {@link writeContentManifest} wrote.
 *
 * @returns null if there is none, or it is of another benchmark or folder
 * @throws InputError if it is something else, or damaged
 */
export async function readContentManifest(
  path: string,
  benchmark: string,
  root: string,
): Promise<Required<ContentEntry>[] | null> {
  if ((await statIfThere(path)) === null) return null;
  const parsed = parseManifest(await readJson(path));
  if (parsed === null) {
    throw new InputError(
      `${path}: not a content manifest of this version, or damaged; delete it and inspect with --deep again`,
    );
  }
  if (parsed.benchmark !== benchmark || parsed.root !== (await realpath(root))) return null;
  return parsed.images.map(([image, bytes, hash, label]) => ({ path: image, bytes, sha256: hash, label }));
}

function parseManifest(value: unknown): z.infer<typeof manifestSchema> | null {
  const parsed = manifestSchema.safeParse(value);
  if (!parsed.success) return null;
  const { benchmark, root, images, check } = parsed.data;
  return check === checkOf(benchmark, root, images) ? parsed.data : null;
}

/** Whether a file of this name and text is a whole content manifest, of the folder that its name stands for. */
export function isContentManifest(name: string, text: string): boolean {
  try {
    const parsed = parseManifest(JSON.parse(text));
    return parsed !== null && name === fileName(parsed.benchmark, parsed.root);
  } catch {
    return false;
  }
}

/** Writes path, size, SHA-256 and class of every image: one line each, in the order given. */
export async function writeContentManifest(
  path: string,
  benchmark: string,
  root: string,
  images: readonly Required<ContentEntry>[],
): Promise<void> {
  const rows = images.map((image): ManifestRow => [image.path, image.bytes, image.sha256, image.label]);
  const place = await realpath(root);
  const head = JSON.stringify({ version: VERSION, benchmark, root: place, check: checkOf(benchmark, place, rows) });
  const lines = rows.map((row) => JSON.stringify(row));
  await atomicWrite(path, `${head.slice(0, -1)},"images":[\n${lines.join(",\n")}\n]}\n`);
}

type ManifestRow = [path: string, bytes: number, sha256: string | null, label: number];

function checkOf(benchmark: string, root: string, rows: readonly ManifestRow[]): string {
  const hash = createHash("sha256").update(JSON.stringify([benchmark, root]));
  for (const row of rows) hash.update(`\n${JSON.stringify(row)}`);
  return hash.digest("hex");
}
