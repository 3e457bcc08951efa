import type { Manifest } from "../../data/dataset/manifest.ts";
import { placeOf } from "../../data/sources/image-source.ts";
import { InputError } from "../../foundation/errors.ts";
import type { Matrix } from "../../foundation/math/matrix.ts";
import type { Checkpoint } from "../../model/checkpoint/open-checkpoint.ts";
import type { Runtime } from "../../model/onnx/runtime.ts";
import type { AboutPart, Part, SkippedImage } from "../store/part-store.ts";
import { planEncoderThreads } from "./encoder-threads.ts";
import type { EncoderResult, EncoderSetup, EncoderTask } from "./encoder-worker.ts";
import type { ImageContent } from "./hash-images.ts";
import type { UnreadableImage } from "./image-worker.ts";
import { createLimiter } from "./limiter.ts";
import { shareBudget } from "./memory-budget.ts";
import { openParts } from "./open-parts.ts";
import { type Batch, distinctPreparations, planBatches } from "./plan-batches.ts";
import { type ReadBatch, startReadAhead } from "./read-ahead.ts";
import { startWorkerPool } from "./worker-pool.ts";

/** Takes the parts of one checkpoint: a part store, or whoever only wants to see them made. */
export interface EmbeddingSink {
  /** @param embeddings (rows of the part, d); rows of images that were skipped are zeros */
  write(part: Part, embeddings: Matrix, about: AboutPart): Promise<void>;
}

/** A checkpoint, and where its embeddings go. */
export interface EmbedTarget {
  readonly checkpoint: Checkpoint;
  /** pixels cut off at each side of an image before the checkpoint's preprocessing */
  readonly preCrop: number;
  readonly sink: EmbeddingSink;
  /** the parts to make */
  readonly parts: readonly Part[];
  /** position → SHA-256 of images of these parts that need not be embedded: the sink puts their rows in place of zeros */
  readonly known?: ReadonlyMap<number, string>;
}

/** An image that cannot be read stops the embedding: of every checkpoint, for it is the data that is wrong. */
export class UnreadableImageError extends InputError {}

export interface EmbedOptions {
  /** runs the graphs; its threads are those of all of them, and read and decode images */
  readonly runtime: Runtime;
  readonly batchSize: number;
  /** bytes that the loaded graphs may take together; each is loaded once at least */
  readonly modelMemory: number;
  /** skip and count unreadable images */
  readonly skipUnreadable: boolean;
  /** called after each batch with images × checkpoints done and to do */
  readonly onProgress?: (done: number, total: number) => void;
  /** told what was read of the images from this position on, once a part of them is written */
  readonly remember?: (first: number, content: readonly ImageContent[]) => Promise<void>;
  /** asked before each batch; throws to stop: batches under way are finished, and parts that are whole then stay */
  readonly checkStopped?: () => void;
}

/** More image threads than this outrun any CPU inference. */
const MAX_IMAGE_THREADS = 16;
/**
 * Bytes of memory for images that are read and decoded, and what each thread adds: no photo waits for it, but of images near the
 * largest that is decoded one is at work at a time. A machine with less memory gives less.
 */
const IMAGE_MEMORY = 512e6;
const MEMORY_PER_THREAD = 64e6;
/** Batches read ahead, beyond one a thread: what keeps the graphs busy while a large image holds the others up. */
const READ_BEYOND = 2;
/** Batches in the graphs' threads, beyond one a thread: the next one waits there, and another may be on its way to disk. */
const ENCODE_BEYOND = 2;

/**
 * Embeds a manifest's images with several checkpoints at once: each image is read and decoded once, resampled once for
 * each geometry, and given to every checkpoint that lacks it. Some threads read and preprocess ahead, others run the
 * graphs; this thread hands batches on. Every part is written as soon as its last image is through, and what is under
 * way is bounded at every stage, the disk included.
 *
 * All targets must have parts of the same size.
 *
 * @throws InputError for an image that cannot be read (unless `skipUnreadable`), or a store that cannot be written
 */
export async function embedImages(
  manifest: Manifest,
  targets: readonly EmbedTarget[],
  options: EmbedOptions,
): Promise<void> {
  const { batchSize, runtime, modelMemory } = options;
  const batches = planBatches(targets, batchSize);
  if (batches.length === 0) return;
  const preparations = distinctPreparations(targets);
  const { count, threads } = planEncoderThreads(
    targets.map(({ checkpoint }) => checkpoint),
    { threads: runtime.threads, modelMemory },
  );
  const imageThreads = Math.min(Math.max(runtime.threads, 1), MAX_IMAGE_THREADS);
  const wantedBy = (batch: Batch) => [...new Set(batch.targets.map((target) => preparations.of[target] as number))];
  function* requests() {
    for (const batch of batches) {
      const images = manifest.images.slice(batch.first, batch.first + batch.n);
      yield { images, preparations: wantedBy(batch) };
    }
  }
  const budget = shareBudget(Math.min(IMAGE_MEMORY + imageThreads * MEMORY_PER_THREAD, modelMemory / 2));
  const place = placeOf(manifest);
  const setup = { place, preparations: preparations.list, budget };
  const depth = imageThreads + READ_BEYOND;
  const reader = startReadAhead(requests(), {
    ...setup,
    threads: imageThreads,
    depth,
    batchSize: batches.reduce((most, batch) => Math.max(most, batch.n), 0),
  });
  const encoders = startWorkerPool<EncoderTask, EncoderResult>({
    module: "encoder-worker",
    count,
    setup: {
      towers: targets.map(({ checkpoint }) => checkpoint.imageTower),
      runtime: { ...runtime, threads },
    } satisfies EncoderSetup,
    transfer: (task) => task.buffers,
  });
  const total = batches.reduce((sum, batch) => sum + batch.n * batch.targets.length, 0);
  const parts = openParts();
  let done = 0;

  const encode = async (batch: Batch, { content, outputs }: ReadBatch, skipped: readonly SkippedImage[][]) => {
    const order = outputs.map((output) => output.preparation);
    const { buffers, embeddings } = await encoders.run({
      n: batch.n,
      buffers: outputs.map((output) => output.buffer),
      towers: batch.targets.map((tower) => ({ tower, buffer: order.indexOf(preparations.of[tower] as number) })),
    });
    for (const [i, buffer] of buffers.entries()) reader.giveBack(order[i] as number, buffer);
    for (const [i, t] of batch.targets.entries()) {
      const { checkpoint, sink } = targets[t] as EmbedTarget;
      const rows = embeddings[i] as Float32Array;
      checkpoint.checkImageWidth(rows.length / batch.n);
      const at = { first: batch.first, n: batch.n, content };
      const part = parts.add(
        t,
        batch.part,
        { ...at, embeddings: rows, skipped: skipped[i] as SkippedImage[] },
        batch.known,
      );
      if (part === null) continue;
      await checkpoint.checkUnchanged(); // what the threads loaded, long after the hashing, was this
      await sink.write(batch.part, part.embeddings, part.metadata);
      await options.remember?.(batch.part.first, part.content);
    }
    done += batch.n * batch.targets.length;
    options.onProgress?.(done, total);
  };

  const limiter = createLimiter(count + ENCODE_BEYOND);
  try {
    for (const batch of batches) {
      options.checkStopped?.();
      const read = await reader.next();
      const skipped = batch.targets.map((target) => {
        const output = read.outputs.find(({ preparation }) => preparation === preparations.of[target]);
        return unreadableImages(manifest, batch, output?.unreadable ?? [], options.skipUnreadable);
      });
      await limiter.add(() => encode(batch, read, skipped));
    }
    await limiter.drain();
  } finally {
    await limiter.drain().catch(() => {}); // what is under way may make a part whole; its failure is known already
    await Promise.all([reader.close(), encoders.close()]);
  }
}

function unreadableImages(
  manifest: Manifest,
  batch: Batch,
  unreadable: readonly UnreadableImage[],
  skip: boolean,
): SkippedImage[] {
  const first = unreadable[0];
  if (first !== undefined && !skip) {
    throw new UnreadableImageError(`${first.reason}; mend or remove it, or go on without it with --skip-unreadable`);
  }
  return unreadable.map(({ position, reason }) => {
    const index = batch.first + position;
    return { index, image: manifest.images.at(index).path, reason };
  });
}
