import { type BigIntStats, statSync } from "node:fs";
import { realpath } from "node:fs/promises";
import { loadSharp } from "../../data/image/load-sharp.ts";
import { fileOf, type ImageEntry, imageIdentity, systemFileOf } from "../../data/sources/image-entry.ts";
import type { ImageList } from "../../data/sources/image-list.ts";
import { placeOf, type SourcePlace } from "../../data/sources/image-source.ts";
import { openSource } from "../../data/sources/source-formats.ts";
import { stateWithinRun, timesShowChanges } from "../../foundation/files/file-identity.ts";
import type { FilePath } from "../../foundation/files/regular-file.ts";
import { sha256 } from "../../foundation/files/sha256.ts";
import { type ExaminedImage, examineImages as examine } from "./examine-image.ts";
import type { ExamineSetup } from "./examine-images-worker.ts";
import { examinedKey } from "./examined-file.ts";
import { openExaminedMemory } from "./examined-memory.ts";
import { createLimiter } from "./limiter.ts";
import { openBudget, shareBudget } from "./memory-budget.ts";
import { startWorkerPool } from "./worker-pool.ts";

/** Contents of a set's images, by position. */
export interface Examination {
  /** SHA-256 of an image's bytes; null if they could not be read, or changed during reading */
  sha256(position: number): string | null;
  /** why an image cannot be read or decoded, without its path; null if it can */
  fault(position: number): string | null;
  /** number of images read; the others are recorded and unchanged */
  readonly read: number;
}

export interface ExamineImagesOptions {
  /** folder of the store for findings; if undefined, nothing is recorded */
  readonly folder?: string | undefined;
  /** also decode the images, as in an evaluation */
  readonly decode: boolean;
  /** read every image, even if it is recorded */
  readonly deep?: boolean;
  readonly threads: number;
  /** called occasionally with the number of images done and in total */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  /** called between images; throws to stop */
  readonly checkStopped?: (() => void) | undefined;
  /** whether the state of this file reflects changes */
  readonly trustsTimes?: (path: FilePath, stats: BigIntStats) => boolean;
}

/** Incremented when decoding changes. */
const DECODER = 1;
/** Images per task. */
const TASK = 16;
/** Maximum number of images for which threads are not worth their startup time of 0.1 s each. */
const MAX_WITHOUT_THREADS = 48;
const MAX_THREADS = 16;
/** Memory for decoded images, in bytes. */
const DECODING_MEMORY = 640e6;
/** Number of images after which the event loop gets a turn. */
const FILES_PER_TURN = 2000;
const HASH_BYTES = 32;
const CHANGED = "it changed while it was verified";

/** Images and their location. */
export type ImagesInPlace = SourcePlace & { readonly images: ImageList };

/**
 * Reads, hashes and decodes images that are not recorded in the present state of their files; a recorded image costs a
 * stat. Findings are recorded continuously. An image whose file changes during reading is reported as faulty.
 */
export async function examineImages(place: ImagesInPlace, options: ExamineImagesOptions): Promise<Examination> {
  const { images, root } = place;
  const { decode, deep = false, checkStopped, trustsTimes = timesShowChanges } = options;
  const decoder = decode ? decoderVersions() : "";
  const real = await realpath(root).catch(() => root);
  const memory = await openExaminedMemory(options.folder ?? null, { root: real, decoder });
  const hashes = Buffer.alloc(images.length * HASH_BYTES);
  const isKnown = new Uint8Array(images.length);
  const isTrusted = new Uint8Array(images.length);
  const faults = new Map<number, string>();
  const set = (position: number, hash: string, fault: string | null) => {
    isKnown[position] = hash === "" ? 0 : 1;
    hashes.write(hash, position * HASH_BYTES, "hex");
    if (fault !== null) faults.set(position, fault);
  };

  const current = new Set<string>();
  const unknown: number[] = [];
  const before = await lookAtFiles(place, checkStopped, (position, image, path, stats) => {
    if (stats !== null && trustsTimes(path, stats)) isTrusted[position] = 1;
    const key = stats === null || isTrusted[position] === 0 ? "" : examinedKey(image.path, imageIdentity(image, stats));
    if (key !== "") current.add(key);
    const known = key === "" || deep ? null : memory.find(key);
    // decode failures are tried again, because memory may have been short
    if (known === null || (decode && known.fault !== null)) unknown.push(position);
    else set(position, known.sha256, null);
  });

  let done = images.length - unknown.length;
  const take = async (position: number, { sha256: hash, identity, fault }: ExaminedImage) => {
    set(position, hash, fault);
    if (hash === "" || identity === "" || isTrusted[position] === 0) return;
    const key = examinedKey(images.at(position).path, identity);
    current.add(key);
    await memory.add(key, { sha256: hash, fault: decode ? fault : undefined });
  };
  const examiner = openExaminer(place, unknown.length, options);
  const limiter = createLimiter(2 * examiner.threads);
  try {
    for (let at = 0; at < unknown.length; at += TASK) {
      checkStopped?.();
      const positions = unknown.slice(at, at + TASK);
      await limiter.add(async () => {
        const found = await examiner.run(positions.map((position) => images.at(position)));
        for (const [i, position] of positions.entries()) await take(position, found[i] as ExaminedImage);
        done += positions.length;
        options.onProgress?.(done, images.length);
      });
    }
    await limiter.drain();
  } finally {
    await limiter.drain().catch(() => {});
    await examiner.close();
    await memory.close((key) => current.has(key));
  }
  const after = unknown.length === 0 ? before : await lookAtFiles(place, checkStopped);
  for (let position = 0; position < images.length; position++) {
    if (before[position] !== after[position]) set(position, "", CHANGED);
  }
  return {
    sha256: (position) =>
      isKnown[position] === 1 ? hashes.toString("hex", position * HASH_BYTES, (position + 1) * HASH_BYTES) : null,
    fault: (position) => faults.get(position) ?? null,
    read: unknown.length,
  };
}

/**
 * Determines the state of every image's file; a container's only once.
 *
 * @returns (n,) state numbers; 0 if there is no file
 */
async function lookAtFiles(
  { root, images }: ImagesInPlace,
  checkStopped: (() => void) | undefined,
  onLook?: (position: number, image: ImageEntry, path: FilePath, stats: BigIntStats | null) => void,
): Promise<Float64Array> {
  const states = new Float64Array(images.length);
  const containers = new Map<string, BigIntStats | null>();
  for (let position = 0; position < images.length; position++) {
    if (position % FILES_PER_TURN === 0) {
      checkStopped?.();
      await new Promise((resolve) => setImmediate(resolve));
    }
    const image = images.at(position);
    const path = systemFileOf(root, image);
    let stats = image.container === undefined ? undefined : containers.get(fileOf(root, image));
    if (stats === undefined) {
      stats = statOf(path);
      if (image.container !== undefined) containers.set(fileOf(root, image), stats);
    }
    if (stats !== null) states[position] = stateNumber(path, stats);
    onLook?.(position, image, path, stats);
  }
  return states;
}

/** Returns 48 bits that identify the state of a file. */
function stateNumber(path: FilePath, stats: BigIntStats): number {
  return 1 + Number.parseInt(sha256(stateWithinRun(path, stats)).slice(0, 12), 16);
}

function statOf(path: FilePath): BigIntStats | null {
  try {
    return statSync(path, { bigint: true, throwIfNoEntry: false }) ?? null;
  } catch {
    return null;
  }
}

interface Examiner {
  readonly threads: number;
  run(images: readonly ImageEntry[]): Promise<ExaminedImage[]>;
  close(): Promise<void>;
}

/** Opens an examiner; for few images it runs in this thread. */
function openExaminer(images: SourcePlace, n: number, options: ExamineImagesOptions): Examiner {
  const place = placeOf(images);
  const budget = options.decode ? shareBudget(DECODING_MEMORY) : null;
  if (n <= MAX_WITHOUT_THREADS) {
    const source = openSource(place);
    const settings = { root: place.root, budget: budget === null ? null : openBudget(budget) };
    return { threads: 1, run: (images) => examine(source, images, settings), close: () => source.close() };
  }
  const threads = Math.min(Math.max(options.threads, 1), MAX_THREADS, Math.ceil(n / TASK));
  const pool = startWorkerPool<readonly ImageEntry[], ExaminedImage[]>({
    module: "examine-images-worker",
    count: threads,
    setup: { place, budget } satisfies ExamineSetup,
    transfer: () => [],
  });
  return { threads, ...pool };
}

function decoderVersions(): string {
  const { versions } = loadSharp();
  return `${DECODER} sharp ${versions.sharp ?? ""} libvips ${versions.vips}`;
}
