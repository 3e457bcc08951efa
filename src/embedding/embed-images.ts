import type { Checkpoint, ImageEncoder } from "../checkpoint/open-checkpoint.ts";
import type { Manifest } from "../dataset/manifest.ts";
import { InputError } from "../input-error.ts";
import type { ImagePreparation, UnreadableImage } from "./image-worker.ts";
import { type ImageWorkers, startImageWorkers } from "./image-workers.ts";
import type { AboutPart, Part, PartStore, SkippedImage } from "./part-store.ts";

/** A checkpoint, and where its embeddings go. */
export interface EmbedTarget {
  readonly checkpoint: Checkpoint;
  /** pixels cut off at each side of an image before the checkpoint's preprocessing */
  readonly border: number;
  readonly store: PartStore;
  /** the parts to make */
  readonly parts: readonly Part[];
}

export interface EmbedOptions {
  readonly threads: number;
  readonly batchSize: number;
  /** go on past images that cannot be read, and count them */
  readonly skipUnreadable: boolean;
  /** called after each batch with images × checkpoints done and to do */
  readonly onProgress?: (done: number, total: number) => void;
  /** asked before each batch; throws to stop: parts already written stay */
  readonly checkStopped?: () => void;
}

/** Batches being read ahead of the one in the model: two a thread keep every thread busy, and bound the memory. */
const AHEAD_PER_THREAD = 2;
/** More decoding threads than this outrun any CPU inference. */
const MOST_THREADS = 16;

interface Batch {
  readonly part: Part;
  /** position of its first image in the manifest */
  readonly first: number;
  readonly n: number;
  readonly targets: readonly number[];
}

/**
 * Embeds a manifest's images with several checkpoints at once: each image is read and decoded once, resampled once for
 * each geometry, and given to every checkpoint that lacks it. Threads read and preprocess ahead; this thread runs the
 * models. Every part is written as soon as its last image is through.
 *
 * All targets' stores must have parts of the same size.
 *
 * @throws InputError for an image that cannot be read (unless `skipUnreadable`), or a store that cannot be written
 */
export async function embedImages(
  manifest: Manifest,
  targets: readonly EmbedTarget[],
  options: EmbedOptions,
): Promise<void> {
  const batches = planBatches(targets, options.batchSize);
  if (batches.length === 0) return;
  const preparations = distinctPreparations(targets);
  const encoders: ImageEncoder[] = [];
  const threads = Math.min(Math.max(options.threads, 1), MOST_THREADS);
  const workers = startImageWorkers(threads, { root: manifest.root, preparations: preparations.list });
  try {
    const reader = readAhead(workers, manifest, batches, preparations, threads * AHEAD_PER_THREAD, options.batchSize);
    for (const { checkpoint } of targets)
      encoders.push(await checkpoint.openImageEncoder({ threads: options.threads }));
    const total = batches.reduce((sum, batch) => sum + batch.n * batch.targets.length, 0);
    const open = new Map<number, OpenPart>();
    let done = 0;
    for (const batch of batches) {
      options.checkStopped?.();
      const { content, outputs } = await reader.next();
      for (const target of batch.targets) {
        const encoder = encoders[target] as ImageEncoder;
        const { tensor, unreadable } = outputs.get(preparations.of[target] as number) as BatchOutput;
        const skipped = unreadableImages(manifest, batch, unreadable, options.skipUnreadable);
        const pixels = tensor.subarray(0, (tensor.length / options.batchSize) * batch.n);
        const embeddings = await encoder.encode(pixels, batch.n);
        const part = openPart(open, target, batch.part, encoder.dimension);
        place(part, batch, embeddings, content, skipped);
        if (part.filled === batch.part.rows) {
          open.delete(target);
          await writePart(targets[target] as EmbedTarget, batch.part, part, encoder.dimension);
        }
        done += batch.n;
        options.onProgress?.(done, total);
      }
      reader.giveBack(outputs);
    }
  } finally {
    await workers.close();
    for (const encoder of encoders) await encoder.close();
  }
}

/** Batches in canonical order; none crosses the end of a part. */
function planBatches(targets: readonly EmbedTarget[], batchSize: number): Batch[] {
  const wanted = new Map<number, { part: Part; targets: number[] }>();
  for (const [t, target] of targets.entries()) {
    for (const part of target.parts) {
      const entry = wanted.get(part.index) ?? { part, targets: [] };
      if (entry.part.first !== part.first || entry.part.rows !== part.rows) {
        throw new Error("embedImages: the targets' parts differ in size");
      }
      entry.targets.push(t);
      wanted.set(part.index, entry);
    }
  }
  const batches: Batch[] = [];
  for (const { part, targets: needing } of [...wanted.values()].sort((a, b) => a.part.index - b.part.index)) {
    for (let at = 0; at < part.rows; at += batchSize) {
      batches.push({ part, first: part.first + at, n: Math.min(batchSize, part.rows - at), targets: needing });
    }
  }
  return batches;
}

interface DistinctPreparations {
  readonly list: readonly ImagePreparation[];
  /** target → position in the list */
  readonly of: readonly number[];
}

function distinctPreparations(targets: readonly EmbedTarget[]): DistinctPreparations {
  const list: ImagePreparation[] = [];
  const positions = new Map<string, number>();
  const of = targets.map(({ checkpoint: { preprocessing }, border }) => {
    const key = JSON.stringify([border, preprocessing]);
    const known = positions.get(key) ?? list.push({ border, preprocessing }) - 1;
    positions.set(key, known);
    return known;
  });
  return { list, of };
}

interface BatchOutput {
  /** (batch size, 3, H, W), of which the batch's images are filled */
  readonly tensor: Float32Array;
  readonly unreadable: readonly UnreadableImage[];
}

interface ReadBatch {
  readonly content: readonly string[];
  /** by position in the list of preparations */
  readonly outputs: ReadonlyMap<number, BatchOutput>;
}

interface ReadAhead {
  next(): Promise<ReadBatch>;
  /** The tensors' memory is used again: they must not be read after this. */
  giveBack(outputs: ReadBatch["outputs"]): void;
}

/** Keeps `depth` batches under way in the threads, and hands them out in order. */
function readAhead(
  workers: ImageWorkers,
  manifest: Manifest,
  batches: readonly Batch[],
  preparations: DistinctPreparations,
  depth: number,
  batchSize: number,
): ReadAhead {
  const free = new Map<number, ArrayBuffer[]>();
  const ready: Promise<ReadBatch>[] = [];
  let started = 0;
  const buffer = (preparation: number) => {
    const { size } = (preparations.list[preparation] as ImagePreparation).preprocessing;
    return free.get(preparation)?.pop() ?? new ArrayBuffer(batchSize * 3 * size.height * size.width * 4);
  };
  const start = () => {
    while (started < batches.length && ready.length < depth) {
      const batch = batches[started++] as Batch;
      const wanted = [...new Set(batch.targets.map((target) => preparations.of[target] as number))];
      const outputs = wanted.map((preparation) => ({ preparation, buffer: buffer(preparation) }));
      const images = manifest.images.slice(batch.first, batch.first + batch.n);
      const read = workers.run({ images, outputs }).then(({ buffers, content, unreadable }): ReadBatch => {
        const read = buffers.map((memory, i): [number, BatchOutput] => [
          wanted[i] as number,
          { tensor: new Float32Array(memory), unreadable: unreadable[i] as readonly UnreadableImage[] },
        ]);
        return { content, outputs: new Map(read) };
      });
      // Awaited in order: until then a failure must not count as unhandled
      read.catch(() => {});
      ready.push(read);
    }
  };
  start();
  return {
    next: async () => {
      start();
      return (await ready.shift()) as ReadBatch;
    },
    giveBack: (outputs) => {
      for (const [preparation, { tensor }] of outputs) {
        const list = free.get(preparation) ?? [];
        list.push(tensor.buffer as ArrayBuffer);
        free.set(preparation, list);
      }
      start();
    },
  };
}

function unreadableImages(
  manifest: Manifest,
  batch: Batch,
  unreadable: readonly UnreadableImage[],
  skip: boolean,
): SkippedImage[] {
  const first = unreadable[0];
  if (first !== undefined && !skip) {
    throw new InputError(`${first.reason}; mend or remove it, or go on without it with --skip-unreadable`);
  }
  return unreadable.map(({ position, reason }) => {
    const index = batch.first + position;
    return { index, image: manifest.images[index]?.path as string, reason };
  });
}

interface OpenPart {
  readonly embeddings: Float32Array;
  readonly content: string[];
  readonly skipped: SkippedImage[];
  filled: number;
}

function openPart(open: Map<number, OpenPart>, target: number, part: Part, dimension: number): OpenPart {
  const known = open.get(target);
  if (known !== undefined) return known;
  const fresh: OpenPart = { embeddings: new Float32Array(part.rows * dimension), content: [], skipped: [], filled: 0 };
  open.set(target, fresh);
  return fresh;
}

function place(
  part: OpenPart,
  batch: Batch,
  embeddings: Float32Array,
  content: readonly string[],
  skipped: readonly SkippedImage[],
): void {
  const dimension = embeddings.length / batch.n;
  part.embeddings.set(embeddings, part.filled * dimension);
  for (const { index } of skipped) {
    const at = (part.filled + index - batch.first) * dimension;
    part.embeddings.fill(0, at, at + dimension);
  }
  part.content.push(...content);
  part.skipped.push(...skipped);
  part.filled += batch.n;
}

async function writePart(target: EmbedTarget, part: Part, open: OpenPart, dimension: number): Promise<void> {
  const about: AboutPart = { first: part.first, skipped: open.skipped, content: open.content };
  await target.store.write(part, { data: open.embeddings, rows: part.rows, columns: dimension }, about);
}
