import { realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { atomicWrite } from "../files/atomic-write.ts";
import { readJson } from "../files/read-text.ts";
import { sha256 } from "../files/sha256.ts";
import { InputError } from "../input-error.ts";
import type { ContentEntry } from "./compare-content.ts";

const VERSION = 1;

const manifestSchema = z.object({
  version: z.literal(VERSION),
  benchmark: z.string(),
  root: z.string(),
  images: z.array(z.tuple([z.string(), z.number(), z.string().nullable(), z.number()])),
});

/** Where the content of a benchmark's images in a folder is written down: one file a benchmark and real path. */
export async function contentManifestPath(store: string, benchmark: string, root: string): Promise<string> {
  return join(store, "manifests", `${benchmark}-${sha256(await realpath(root)).slice(0, 16)}.json`);
}

/**
 * Reads what {@link writeContentManifest} wrote.
 *
 * @returns null if there is none
 * @throws InputError if it is something else
 */
export async function readContentManifest(path: string): Promise<Required<ContentEntry>[] | null> {
  if ((await stat(path).catch(() => undefined)) === undefined) return null;
  const parsed = manifestSchema.safeParse(await readJson(path));
  if (!parsed.success) {
    throw new InputError(`${path}: not a content manifest of this version; delete it and inspect with --deep again`);
  }
  return parsed.data.images.map(([image, bytes, hash, label]) => ({ path: image, bytes, sha256: hash, label }));
}

/** Writes path, size, SHA-256 and class of every image: one line each, in the order given. */
export async function writeContentManifest(
  path: string,
  benchmark: string,
  root: string,
  images: readonly Required<ContentEntry>[],
): Promise<void> {
  const lines = images.map((image) => JSON.stringify([image.path, image.bytes, image.sha256, image.label]));
  const head = JSON.stringify({ version: VERSION, benchmark, root: await realpath(root) }).slice(0, -1);
  await atomicWrite(path, `${head},"images":[\n${lines.join(",\n")}\n]}\n`);
}
