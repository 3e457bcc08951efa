import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Checkpoint } from "../checkpoint/open-checkpoint.ts";
import type { Manifest } from "../dataset/manifest.ts";
import { atomicWrite } from "../files/atomic-write.ts";
import { sha256 } from "../files/sha256.ts";
import { readStoredMatrix, storedMatrixAbout, storedMatrixState, writeStoredMatrix } from "../files/stored-matrix.ts";
import type { Preprocessing } from "../image/preprocessing.ts";
import { type Matrix, matrix } from "../math/matrix.ts";

/** Goes up whenever the same files would give other embeddings: a change to decoding, resampling or feeding. */
const EMBEDDING_VERSION = 1;

/** What a part says about its rows. */
export interface AboutPart {
  /** position of its first image in the manifest */
  readonly first: number;
  /** images that could not be read; their rows are zeros and are left out of every score */
  readonly skipped: readonly SkippedImage[];
  /** SHA-256 of every image file, in order; empty for one that could not be read */
  readonly content: readonly string[];
}

export interface SkippedImage {
  /** position in the manifest */
  readonly index: number;
  readonly image: string;
  readonly reason: string;
}

export interface Part {
  readonly index: number;
  /** position of its first image in the manifest */
  readonly first: number;
  readonly rows: number;
}

/**
 * Image embeddings of one checkpoint for one manifest, in parts: part k covers images [k·P, (k+1)·P) and is one pair
 * of files. A part is there whole or not at all.
 */
export interface PartStore {
  readonly folder: string;
  readonly parts: readonly Part[];
  /** Looks at every part: not there or damaged (with the reasons), and whole but with images left out. */
  check(): Promise<{
    readonly missing: readonly Part[];
    readonly damaged: readonly string[];
    readonly skipped: readonly Part[];
  }>;
  /** Every image that was left out of a part. */
  skipped(): Promise<SkippedImage[]>;
  /** SHA-256 of every image file when it was embedded, in the manifest's order; null where it could not be read. */
  content(): Promise<(string | null)[]>;
  /** @returns the (rows, d) embeddings, or why they cannot be used */
  read(part: Part): Promise<{ readonly matrix: Matrix; readonly about: AboutPart } | string>;
  write(part: Part, embeddings: Matrix, about: AboutPart): Promise<void>;
}

/**
 * Opens (or lays out) the store of one checkpoint and one manifest. Embeddings are keyed by the checkpoint's
 * fingerprint, the preprocessing and the manifest: whatever could change a number leads to another folder.
 *
 * @param storeRoot  `.shiftline/store` or what `--store` named
 * @param border    pixels cut off at each side of an image before the preprocessing
 * @param partSize   images a part; a store that has parts keeps the size it began with
 */
export async function openPartStore(
  storeRoot: string,
  checkpoint: Pick<Checkpoint, "id" | "fingerprint" | "preprocessing">,
  border: number,
  manifest: Manifest,
  partSize: number,
): Promise<PartStore> {
  const key = embeddingKey(checkpoint.fingerprint, checkpoint.preprocessing, border, manifest);
  const folder = join(storeRoot, "images", key.slice(0, 16));
  const began = await readPartSize(join(folder, "store.json"), key);
  const size = began ?? partSize;
  const parts: Part[] = [];
  for (let first = 0; first < manifest.images.length; first += size) {
    parts.push({ index: parts.length, first, rows: Math.min(size, manifest.images.length - first) });
  }
  const stem = (part: Part) => join(folder, `part-${String(part.index).padStart(5, "0")}`);
  const readAbouts = () => Promise.all(parts.map((part) => storedMatrixAbout<AboutPart>(stem(part))));
  let laidOut = began !== null;
  return {
    folder,
    parts,
    check: async () => {
      const missing: Part[] = [];
      const damaged: string[] = [];
      const skipped: Part[] = [];
      for (const part of parts) {
        const found = await storedMatrixState<AboutPart>(stem(part));
        if (found.state === "whole" && found.rows === part.rows && found.about.first === part.first) {
          if (found.about.skipped.length > 0) skipped.push(part);
          continue;
        }
        missing.push(part);
        if (found.state === "damaged") damaged.push(found.reason);
        if (found.state === "whole") damaged.push(`${stem(part)}.json: it is of other images`);
      }
      return { missing, damaged, skipped };
    },
    skipped: async () => (await readAbouts()).flatMap((about) => about?.skipped ?? []),
    content: async () => {
      const abouts = await readAbouts();
      return parts.flatMap((part, i) => {
        const content = abouts[i]?.content ?? [];
        return Array.from({ length: part.rows }, (_, r) => content[r] || null);
      });
    },
    read: (part) => readStoredMatrix<AboutPart>(stem(part)),
    write: async (part, embeddings, about) => {
      if (!laidOut) {
        await writeLayout(folder, key, size, checkpoint, manifest);
        laidOut = true;
      }
      await writeStoredMatrix(stem(part), matrix(embeddings.data, part.rows, embeddings.columns), about);
    },
  };
}

function embeddingKey(fingerprint: string, preprocessing: Preprocessing, border: number, manifest: Manifest): string {
  const recipe = [EMBEDDING_VERSION, fingerprint, canonical(preprocessing), border, manifest.sha256];
  return sha256(JSON.stringify(recipe));
}

function canonical(p: Preprocessing): unknown[] {
  return [p.size.height, p.size.width, p.resizeMode, p.interpolation, p.mean, p.std, p.fillColor];
}

/** Part size of the store that is there, null where there is none. */
async function readPartSize(path: string, key: string): Promise<number | null> {
  try {
    const layout = JSON.parse(await readFile(path, "utf8")) as { key: string; part_size: number };
    return layout.key === key && Number.isInteger(layout.part_size) && layout.part_size > 0 ? layout.part_size : null;
  } catch {
    return null;
  }
}

async function writeLayout(
  folder: string,
  key: string,
  partSize: number,
  checkpoint: Pick<Checkpoint, "id" | "fingerprint" | "preprocessing">,
  manifest: Manifest,
): Promise<void> {
  const images = manifest.images.map((image) => [image.path, image.bytes]);
  await atomicWrite(
    join(folder, "manifest.json"),
    JSON.stringify({ benchmark: manifest.benchmark, sha256: manifest.sha256, images }),
  );
  const { id, fingerprint, preprocessing } = checkpoint;
  const about = {
    key,
    part_size: partSize,
    benchmark: manifest.benchmark,
    checkpoint: id,
    fingerprint,
    preprocessing,
    images: images.length,
  };
  await atomicWrite(join(folder, "store.json"), `${JSON.stringify(about, null, 2)}\n`);
}
