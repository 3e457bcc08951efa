import { type BigIntStats, statSync } from "node:fs";
import { realpath } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Manifest } from "../../data/dataset/manifest.ts";
import { type ImageEntry, imageIdentity, systemFileOf } from "../../data/sources/image-entry.ts";
import { placeOf, type SourcePlace } from "../../data/sources/image-source.ts";
import { openSource } from "../../data/sources/source-formats.ts";
import { timesShowChanges } from "../../foundation/files/file-identity.ts";
import type { FilePath } from "../../foundation/files/regular-file.ts";
import { sha256 } from "../../foundation/files/sha256.ts";
import { removeStaleFiles } from "../../foundation/files/stale-files.ts";
import { BLOCK, blockFile, nameBlock, type Remembered, readBlock, writeBlock } from "./contents-file.ts";
import { hashImages, type ImageContent } from "./hash-images.ts";
import { createLimiter } from "./limiter.ts";
import { startWorkerPool } from "./worker-pool.ts";

/** Positions [first, first + rows) of a manifest. */
export interface ImageRange {
  readonly first: number;
  readonly rows: number;
}

export interface UpdateOptions {
  readonly threads: number;
  /** every image was checked or embedded before in this run, so its state is sufficient on any file system */
  readonly withinRun?: boolean;
  /** called while many bytes are reread, with the number of images done and in total */
  readonly onProgress?: (done: number, total: number) => void;
  /** called between images; throws to stop */
  readonly checkStopped?: () => void;
}

/** Present content of a manifest's image files. */
export interface ImageContents {
  /**
   * Checks image files; a file that changed since it was hashed, or was never hashed, is read and hashed. Without
   * changes it costs one stat per file.
   *
   * @returns the number of images read
   */
  update(ranges: readonly ImageRange[], options: UpdateOptions): Promise<number>;
  /**
   * Returns the SHA-256 of an image's file when it was last checked; empty for an unreadable one. @throws Error if it
   * was never checked
   */
  sha256(position: number): string;
  /** Records the contents of images, from this position on, that were read for embedding. */
  remember(first: number, read: readonly ImageContent[]): Promise<void>;
}

/** Blocks hashed concurrently, so that threads are busy while one is written. */
const MAX_PARALLEL_BLOCKS = 2;
/** Images per task. */
const TASK = 32;
/** Minimum number of bytes for which threads are worth their startup time of 50 ms each. */
const LARGE = 64e6;
/** Assumed size of an image whose container does not state it. */
const TYPICAL = 100e3;
const MAX_THREADS = 16;
const HASH_BYTES = 32;

/**
 * Opens the recorded contents of a manifest's images. They are stored below `folder`, separately for each real path of
 * images, and are used only for files in the state in which they were hashed.
 *
 * @param folder  folder of the store for contents
 * @param options.keep  if false, nothing is written
 * @param options.trustsTimes  whether the state of this file reflects changes
 */
export async function openImageContents(
  folder: string,
  manifest: Manifest,
  options: { readonly keep?: boolean; readonly trustsTimes?: (path: FilePath, stats: BigIntStats) => boolean } = {},
): Promise<ImageContents> {
  const { images, sha256: listed } = manifest;
  const { keep = true, trustsTimes = timesShowChanges } = options;
  const place = placeOf(manifest);
  const root = await realpath(manifest.root).catch(() => manifest.root);
  const hashes = Buffer.alloc(images.length * HASH_BYTES);
  const state = new Uint8Array(images.length); // 0 unknown, 1 in `hashes`, 2 unreadable
  let cleaning: Promise<void> | null = null;
  const kept = new Set<string>();
  const writings = new Map<number, Promise<void>>();

  const nameOf = (block: number) => nameBlock(root, listed, block);
  const blockPath = (block: number) => join(folder, blockFile(nameOf(block)));
  const readEntries = (block: number) => readBlock(blockPath(block), nameOf(block));
  const set = (position: number, hash: string) => {
    state[position] = hash === "" ? 2 : 1;
    hashes.write(hash, position * HASH_BYTES, "hex");
  };
  const sha256At = (position: number) => {
    if (state[position] === 0 || state[position] === undefined) throw new Error(`image ${position} was not examined`);
    return state[position] === 2 ? "" : hashes.toString("hex", position * HASH_BYTES, (position + 1) * HASH_BYTES);
  };

  /** Adds to a block; writes of the same block are sequential. */
  function rememberInBlock(block: number, read: ReadonlyMap<number, ImageContent>): Promise<void> {
    const writing = (writings.get(block) ?? Promise.resolve()).then(() => addToBlock(block, read));
    writings.set(block, writing);
    return writing;
  }

  /** An unwritable store is reported when parts are written, not here. */
  async function addToBlock(block: number, read: ReadonlyMap<number, ImageContent>): Promise<void> {
    const lasting = [...read].filter(([, { sha256: hash, identity }]) => hash !== "" && identity !== "");
    if (!keep || lasting.length === 0) return;
    cleaning ??= removeStaleFiles(dirname(blockPath(block)));
    await cleaning;
    const entries = await readEntries(block);
    const rows = Math.min(BLOCK, images.length - block * BLOCK);
    const all: (Remembered | null)[] = Array.from({ length: rows }, (_, r) => entries[r] ?? null);
    for (const [position, { identity, sha256: hash }] of lasting) all[position - block * BLOCK] = [identity, hash];
    await writeBlock(blockPath(block), nameOf(block), all).catch(() => {});
  }

  async function remember(read: ReadonlyMap<number, ImageContent>): Promise<void> {
    const blocks = new Map<number, Map<number, ImageContent>>();
    for (const [position, content] of read) {
      set(position, content.sha256);
      const block = Math.floor(position / BLOCK);
      blocks.set(block, (blocks.get(block) ?? new Map()).set(position, content));
    }
    for (const [block, contents] of blocks) await rememberInBlock(block, contents);
  }

  /** @returns positions, by block, whose files must be read to determine their content */
  async function look(
    positions: ReadonlyMap<number, readonly number[]>,
    options: UpdateOptions,
  ): Promise<Map<number, number[]>> {
    const unknown = new Map<number, number[]>();
    for (const [block, wanted] of positions) {
      options.checkStopped?.();
      const entries = await readEntries(block);
      const containers = new Map<FilePath, BigIntStats | null>();
      const missing: number[] = [];
      for (const position of wanted) {
        const image = images.at(position);
        const path = systemFileOf(manifest.root, image);
        const stats = image.container === undefined ? statOf(path) : (containers.get(path) ?? statOf(path));
        if (image.container !== undefined) containers.set(path, stats);
        const known = entries[position - block * BLOCK] ?? null;
        const same =
          stats !== null &&
          known?.[0] === imageIdentity(image, stats) &&
          (options.withinRun === true || trustsTimes(path, stats));
        if (same) set(position, known[1]);
        else missing.push(position);
      }
      if (missing.length > 0) unknown.set(block, missing);
    }
    return unknown;
  }

  async function hash(unknown: ReadonlyMap<number, readonly number[]>, options: UpdateOptions): Promise<number> {
    const positions = [...unknown.values()].flat();
    const bytes = positions.reduce((sum, position) => sum + (images.at(position).bytes || TYPICAL), 0);
    const threads = Math.min(Math.max(options.threads, 1), MAX_THREADS, Math.ceil(positions.length / TASK));
    const hasher = bytes < LARGE ? hashHere(place) : hashInThreads(place, threads);
    const limiter = createLimiter(MAX_PARALLEL_BLOCKS);
    let done = 0;
    const hashTask = async (task: readonly number[]) => {
      const contents = await hasher.run(task.map((position) => images.at(position)));
      done += task.length;
      if (bytes >= LARGE) options.onProgress?.(done, positions.length);
      return task.map((position, i): [number, ImageContent] => [position, contents[i] as ImageContent]);
    };
    try {
      for (const wanted of unknown.values()) {
        options.checkStopped?.();
        await limiter.add(async () => {
          const tasks: Promise<[number, ImageContent][]>[] = [];
          for (let at = 0; at < wanted.length; at += TASK) tasks.push(hashTask(wanted.slice(at, at + TASK)));
          await remember(new Map((await Promise.all(tasks)).flat()));
        });
      }
      await limiter.drain();
      return positions.length;
    } finally {
      await limiter.drain().catch(() => {});
      await hasher.close();
    }
  }

  return {
    sha256: sha256At,
    update: async (ranges, options) => {
      const unknown = await look(positionsByBlock(ranges, images.length), options);
      return unknown.size === 0 ? 0 : hash(unknown, options);
    },
    remember: async (first, read) => {
      const seen = `${first} ${sha256(JSON.stringify(read))}`; // checkpoints embedded together report the same content
      if (kept.has(seen)) return;
      kept.add(seen);
      await remember(new Map(read.map((content, i) => [first + i, content])));
    },
  };
}

interface Hasher {
  run(images: readonly ImageEntry[]): Promise<ImageContent[]>;
  close(): Promise<void>;
}

function hashHere(place: SourcePlace): Hasher {
  const source = openSource(place);
  return { run: (images) => hashImages(source, images), close: () => source.close() };
}

function hashInThreads(place: SourcePlace, count: number): Hasher {
  return startWorkerPool<readonly ImageEntry[], ImageContent[]>({
    module: "hash-images-worker",
    count,
    setup: place,
    transfer: () => [],
  });
}

/** Returns block → its positions in the ranges, in order. */
function positionsByBlock(ranges: readonly ImageRange[], n: number): Map<number, number[]> {
  const wanted = new Uint8Array(n);
  for (const { first, rows } of ranges) wanted.fill(1, first, first + rows);
  const blocks = new Map<number, number[]>();
  for (let position = 0; position < n; position++) {
    if (wanted[position] === 0) continue;
    const block = Math.floor(position / BLOCK);
    const positions = blocks.get(block);
    if (positions === undefined) blocks.set(block, [position]);
    else positions.push(position);
  }
  return blocks;
}

function statOf(path: FilePath): BigIntStats | null {
  try {
    return statSync(path, { bigint: true, throwIfNoEntry: false }) ?? null;
  } catch {
    return null;
  }
}
