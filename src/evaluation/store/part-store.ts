import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Manifest } from "../../data/dataset/manifest.ts";
import type { Preprocessing } from "../../data/image/preprocessing.ts";
import { InputError } from "../../foundation/errors.ts";
import { atomicCreate, atomicWrite } from "../../foundation/files/atomic-write.ts";
import { readJson } from "../../foundation/files/read-text.ts";
import { sha256 } from "../../foundation/files/sha256.ts";
import {
  readStoredMatrix,
  removeStaleMatrices,
  storedMatrixMetadata,
  storedMatrixState,
  writeStoredMatrix,
} from "../../foundation/files/stored-matrix.ts";
import { type Matrix, matrix } from "../../foundation/math/matrix.ts";
import type { Checkpoint } from "../../model/checkpoint/open-checkpoint.ts";
import { type RuntimeKind, runtimeKey } from "../../model/onnx/runtime.ts";

/**
 * Incremented when the same files would give different embeddings, by a change to decoding, resampling or inference.
 */
const EMBEDDING_VERSION = 1;

/** Metadata of a part's rows. */
export interface AboutPart {
  /** position of its first image in the manifest */
  readonly first: number;
  /** unreadable images; their rows are zeros and excluded from all scores */
  readonly skipped: readonly SkippedImage[];
  /** SHA-256 of the decoded bytes of every image file, in order; empty for an unreadable one */
  readonly content: readonly string[];
}

/** Metadata added by the store: the key of the checkpoint, preprocessing and manifest. */
interface StoredAbout extends AboutPart {
  readonly key: string;
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

/** A part whose images changed since they were embedded. */
export interface ChangedPart {
  readonly part: Part;
  /** positions in the manifest of images whose content changed */
  readonly changed: readonly number[];
  /** positions of images that were unreadable and are readable now */
  readonly readable: readonly number[];
}

/**
 * Image embeddings of one checkpoint for one manifest, in parts: part k covers images [k·P, (k+1)·P) and is a pair of
 * files. A part is either complete or absent.
 */
export interface PartStore {
  readonly folder: string;
  readonly parts: readonly Part[];
  /**
   * Checks every part, or the given ones: missing or damaged (with reasons), and complete parts with skipped images.
   */
  check(only?: readonly Part[]): Promise<{
    readonly missing: readonly Part[];
    readonly damaged: readonly string[];
    readonly skipped: readonly Part[];
  }>;
  /**
   * Compares the content of parts with the present images. Afterwards, a part that agrees, or was written, is read only
   * if it still has this content.
   *
   * @param now  SHA-256 of the image at a position; empty for an unreadable one
   * @returns the parts that differ
   */
  compare(parts: readonly Part[], now: (position: number) => string): Promise<readonly ChangedPart[]>;
  /**
   * Returns the SHA-256 over the hashes of all image files when they were embedded, in the manifest's order.
   *
   * @throws InputError if a part is missing, or was recreated from other images in the meantime
   */
  contentSha256(): Promise<string>;
  /** Returns all skipped images. */
  skipped(): Promise<SkippedImage[]>;
  /** Reads a part's metadata without its rows; null if it is missing or damaged. */
  about(part: Part): Promise<AboutPart | null>;
  /** Whether the part exists, judged by its metadata. */
  has(part: Part): Promise<boolean>;
  /**
   * Returns the SHA-256 of every image file when it was embedded, in the manifest's order; null if it was unreadable.
   */
  content(): Promise<(string | null)[]>;
  /** @returns the (rows, d) embeddings, or the reason why they are unusable */
  read(part: Part): Promise<{ readonly matrix: Matrix; readonly metadata: AboutPart } | string>;
  write(part: Part, embeddings: Matrix, about: AboutPart): Promise<void>;
}

/** The images to embed, and everything that determines the embeddings. */
export interface EmbeddedImages {
  readonly checkpoint: Pick<Checkpoint, "id" | "fingerprint" | "preprocessing">;
  /** pixels cropped from each side of an image before preprocessing */
  readonly preCrop: number;
  readonly manifest: Manifest;
  readonly runtime: RuntimeKind;
}

/**
 * Opens or creates the store of one checkpoint and one manifest. Embeddings are keyed by the checkpoint's fingerprint,
 * the preprocessing, the manifest and the runtime, so anything that could change a number uses a different folder.
 *
 * @param storeRoot  `.shiftline/store` or the folder of `--store`
 * @param partSize   images per part; an existing store keeps its part size
 */
export async function openPartStore(storeRoot: string, embedded: EmbeddedImages, partSize: number): Promise<PartStore> {
  const { checkpoint, manifest } = embedded;
  const key = embeddingKey(embedded);
  const folder = join(storeRoot, "images", key.slice(0, 16));
  const began = await readPartSize(join(folder, "store.json"), key);
  const size = began ?? partSize;
  const parts: Part[] = [];
  for (let first = 0; first < manifest.images.length; first += size) {
    parts.push({ index: parts.length, first, rows: Math.min(size, manifest.images.length - first) });
  }
  const stem = (part: Part) => join(folder, `part-${String(part.index).padStart(5, "0")}`);
  const isForeign = (part: Part, about: StoredAbout) => about.first !== part.first || about.key !== key;
  const foreign = (part: Part) => `${stem(part)}.json: it belongs to another checkpoint or other images`;
  const remade = (part: Part) => `${stem(part)}.json: another run recreated it from images with different content`;
  /** part → its expected content; other content is not read */
  const contents = new Map<number, string>();
  const isRemade = (part: Part, content: readonly string[]) =>
    contents.has(part.index) && contents.get(part.index) !== contentKey(content);
  const readAbout = async (part: Part) => {
    const about = await storedMatrixMetadata<StoredAbout>(stem(part));
    return about === null || isForeign(part, about) ? null : about;
  };
  let laidOut = false;
  return {
    folder,
    parts,
    check: async (only = parts) => {
      const missing: Part[] = [];
      const damaged: string[] = [];
      const skipped: Part[] = [];
      for (const part of only) {
        const found = await storedMatrixState<StoredAbout>(stem(part));
        if (found.state === "whole" && found.rows === part.rows && !isForeign(part, found.metadata)) {
          if (found.metadata.skipped.length > 0) skipped.push(part);
          continue;
        }
        missing.push(part);
        if (found.state === "damaged") damaged.push(found.reason);
        if (found.state === "whole") damaged.push(foreign(part));
      }
      return { missing, damaged, skipped };
    },
    compare: async (some, now) => {
      const changed: ChangedPart[] = [];
      for (const part of some) {
        const current = Array.from({ length: part.rows }, (_, r) => now(part.first + r));
        if (contents.get(part.index) === contentKey(current)) continue;
        const before = (await readAbout(part))?.content ?? [];
        const changedRows = current.flatMap((hash, r) => (hash === before[r] ? [] : [r]));
        if (changedRows.length === 0) contents.set(part.index, contentKey(current));
        else {
          const [readable, differing] = [
            changedRows.filter((r) => before[r] === ""),
            changedRows.filter((r) => before[r] !== ""),
          ];
          const positions = (rows: readonly number[]) => rows.map((r) => part.first + r);
          changed.push({ part, changed: positions(differing), readable: positions(readable) });
        }
      }
      return changed;
    },
    contentSha256: async () => {
      const hash = createHash("sha256");
      for (const part of parts) {
        const content = (await readAbout(part))?.content;
        if (content === undefined) throw new InputError(`${stem(part)}.json: missing; ${RERUN_ADVICE}`);
        if (isRemade(part, content)) throw new InputError(`${remade(part)}; ${RERUN_ADVICE}`);
        for (let r = 0; r < part.rows; r++) hash.update(`${content[r] ?? ""}\n`);
      }
      return hash.digest("hex");
    },
    // Sequential, because the metadata of 200,000 images take tens of MB
    skipped: async () => {
      const skipped: SkippedImage[] = [];
      for (const part of parts) {
        for (const image of (await readAbout(part))?.skipped ?? []) skipped.push(image);
      }
      return skipped;
    },
    about: readAbout,
    has: async (part) => (await readAbout(part)) !== null,
    content: async () => {
      const all: (string | null)[] = [];
      for (const part of parts) {
        const content = (await readAbout(part))?.content ?? [];
        for (let r = 0; r < part.rows; r++) all.push(content[r] || null);
      }
      return all;
    },
    read: async (part) => {
      const stored = await readStoredMatrix<StoredAbout>(stem(part));
      if (typeof stored === "string") return stored;
      if (stored.matrix.rows !== part.rows || isForeign(part, stored.metadata)) return foreign(part);
      return isRemade(part, stored.metadata.content) ? remade(part) : stored;
    },
    write: async (part, embeddings, about) => {
      if (!laidOut) {
        await removeStaleMatrices(folder);
        await layOut(folder, key, size, checkpoint, manifest);
        laidOut = true;
      }
      const stored: StoredAbout = { ...about, key };
      await writeStoredMatrix(stem(part), matrix(embeddings.data, part.rows, embeddings.columns), stored);
      contents.set(part.index, contentKey(about.content));
    },
  };
}

const RERUN_ADVICE = "run the same command again to recreate it";

function contentKey(content: readonly string[]): string {
  return sha256(content.join("\n"));
}

/** Returns a key of everything that determines stored embeddings: stores with the same key have the same content. */
export function embeddingKey({ checkpoint, preCrop, manifest, runtime }: EmbeddedImages): string {
  const { fingerprint, preprocessing } = checkpoint;
  const made = [EMBEDDING_VERSION, fingerprint, canonical(preprocessing), preCrop, manifest.sha256];
  return sha256(JSON.stringify([...made, ...runtimeKey(runtime)]));
}

function canonical(p: Preprocessing): unknown[] {
  const resize = p.resize === undefined ? [] : [p.resize]; // keeps keys of preprocessings without a pre-crop unchanged
  return [p.size.height, p.size.width, p.resizeMode, p.interpolation, p.mean, p.std, p.fillColor, ...resize];
}

/** Reads the part size of an existing store; null if there is none. */
async function readPartSize(path: string, key: string): Promise<number | null> {
  try {
    const layout = (await readJson(path)) as { key: string; part_size: number };
    return layout.key === key && Number.isInteger(layout.part_size) && layout.part_size > 0 ? layout.part_size : null;
  } catch {
    return null;
  }
}

/**
 * Writes the description of the folder unless it exists.
 *
 * @throws InputError if another run created the store with a different part size in the meantime
 */
async function layOut(
  folder: string,
  key: string,
  partSize: number,
  checkpoint: EmbeddedImages["checkpoint"],
  manifest: Manifest,
): Promise<void> {
  const path = join(folder, "store.json");
  const { benchmark, sha256: hash, images } = manifest;
  if ((await readPartSize(path, key)) === null) {
    const { id, fingerprint, preprocessing } = checkpoint;
    const facts = { benchmark, checkpoint: id, fingerprint, preprocessing, images: images.length };
    await atomicCreate(join(folder, "manifest.json"), manifestText(benchmark, hash, images));
    const text = `${JSON.stringify({ key, part_size: partSize, ...facts }, null, 2)}\n`;
    const created = await atomicCreate(path, text);
    if (!created && (await readPartSize(path, key)) === null) await atomicWrite(path, text); // damaged
  }
  const began = await readPartSize(path, key);
  if (began === partSize) return;
  throw new InputError(
    `${folder}: another run created this store in the meantime, with parts of ${began} images instead of ${partSize}; run the same command again to continue with it`,
  );
}

/** Formats the path and size of every image as JSON, in pieces. */
function* manifestText(benchmark: string, hash: string, images: Manifest["images"]): Iterable<string> {
  yield `${JSON.stringify({ benchmark, sha256: hash }).slice(0, -1)},"images":[`;
  for (let at = 0; at < images.length; at += IMAGES_PER_PIECE) {
    const piece = images.slice(at, at + IMAGES_PER_PIECE).map((image) => JSON.stringify([image.path, image.bytes]));
    yield `${at === 0 ? "" : ","}${piece.join()}`;
  }
  yield "]}";
}

const IMAGES_PER_PIECE = 4096;
