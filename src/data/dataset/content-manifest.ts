import { createHash } from "node:crypto";
import { realpath } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { InputError } from "../../foundation/errors.ts";
import { atomicWrite } from "../../foundation/files/atomic-write.ts";
import { statIfThere } from "../../foundation/files/if-there.ts";
import { readJson } from "../../foundation/files/read-text.ts";
import { sha256 } from "../../foundation/files/sha256.ts";
import type { SourceRoot } from "../sources/image-source.ts";
import type { ContentEntry } from "./compare-content.ts";

const VERSION = 2;

const manifestSchema = z.object({
  version: z.literal(VERSION),
  benchmark: z.string(),
  /** real path of the folder; names of files that were given in it, one per line */
  root: z.string(),
  /** identity of the set if it was found complete and sound */
  certified: z.string().optional(),
  images: z.array(z.tuple([z.string(), z.number(), z.string().nullable(), z.number()])),
  /** SHA-256 of the fields above */
  check: z.string(),
});

/**
 * Returns the path of the file that records the content of a benchmark's images in a place: one file per benchmark and
 * real path.
 */
export async function contentManifestPath(store: string, benchmark: string, place: SourceRoot): Promise<string> {
  return join(store, "manifests", fileName(benchmark, await realPlace(place)));
}

/** Returns the real path of a folder, and the names of the files that were given in it. */
async function realPlace({ root, files = [] }: SourceRoot): Promise<string> {
  return [await realpath(root), ...files].join("\n");
}

function fileName(benchmark: string, root: string): string {
  return `${benchmark}-${sha256(root).slice(0, 16)}.json`;
}

/** The recorded images of a benchmark's copy. */
export interface ContentManifest {
  readonly images: readonly Required<ContentEntry>[];
  /** identity of the set (see `setIdentity`) if it was found complete and sound; else null */
  readonly certified: string | null;
}

/**
 * Reads a file of {@link writeContentManifest}.
 *
 * @returns null if there is none, or it belongs to another benchmark or folder
 * @throws InputError if it is another kind of file, or damaged
 */
export async function readContentManifest(
  path: string,
  benchmark: string,
  place: SourceRoot,
): Promise<ContentManifest | null> {
  if ((await statIfThere(path)) === null) return null;
  const parsed = parseManifest(await readJson(path));
  if (parsed === null) {
    throw new InputError(
      `${path}: not a content manifest of this version, or damaged; delete it and run shiftline verify again`,
    );
  }
  if (parsed.benchmark !== benchmark || parsed.root !== (await realPlace(place))) return null;
  const images = parsed.images.map(([image, bytes, hash, label]) => ({ path: image, bytes, sha256: hash, label }));
  return { images, certified: parsed.certified ?? null };
}

function parseManifest(value: unknown): z.infer<typeof manifestSchema> | null {
  const parsed = manifestSchema.safeParse(value);
  if (!parsed.success) return null;
  const { check, ...content } = parsed.data;
  return check === checkOf(content) ? parsed.data : null;
}

/** Whether a file with this name and text is a valid content manifest of the folder that its name identifies. */
export function isContentManifest(name: string, text: string): boolean {
  try {
    const parsed = parseManifest(JSON.parse(text));
    return parsed !== null && name === fileName(parsed.benchmark, parsed.root);
  } catch {
    return false;
  }
}

/**
 * Writes path, size, SHA-256 and class of every image: one per line, in the given order.
 *
 * @param certified  identity of the set if it is complete and sound
 */
export async function writeContentManifest(
  path: string,
  benchmark: string,
  place: SourceRoot,
  images: readonly Required<ContentEntry>[],
  certified: string | null = null,
): Promise<void> {
  const rows = images.map((image): ManifestRow => [image.path, image.bytes, image.sha256, image.label]);
  const metadata = { benchmark, root: await realPlace(place), ...(certified === null ? {} : { certified }) };
  const head = JSON.stringify({ version: VERSION, ...metadata, check: checkOf({ ...metadata, images: rows }) });
  const lines = rows.map((row) => JSON.stringify(row));
  await atomicWrite(path, `${head.slice(0, -1)},"images":[\n${lines.join(",\n")}\n]}\n`);
}

type ManifestRow = [path: string, bytes: number, sha256: string | null, label: number];

function checkOf(content: {
  readonly benchmark: string;
  readonly root: string;
  readonly certified?: string | undefined;
  readonly images: readonly ManifestRow[];
}): string {
  const { benchmark, root, certified } = content;
  const hash = createHash("sha256").update(
    JSON.stringify([benchmark, root, ...(certified === undefined ? [] : [certified])]),
  );
  for (const row of content.images) hash.update(`\n${JSON.stringify(row)}`);
  return hash.digest("hex");
}
