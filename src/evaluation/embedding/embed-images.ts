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

/** Receives the parts of one checkpoint: a part store, or a consumer that discards them. */
export interface EmbeddingSink {
  /** @param embeddings (rows of the part, d); rows of skipped images are zeros */
  write(part: Part, embeddings: Matrix, about: AboutPart): Promise<void>;
}

/** A checkpoint and the sink of its embeddings. */
export interface EmbedTarget {
  readonly checkpoint: Checkpoint;
  /** pixels cropped from each side of an image before the checkpoint's preprocessing */
  readonly preCrop: number;
  readonly sink: EmbeddingSink;
  /** parts to make */
  readonly parts: readonly Part[];
  /** position → SHA-256 of images in these parts that need not be embedded: the sink replaces their rows of zeros */
  readonly known?: ReadonlyMap<number, string>;
}

/** Thrown for an unreadable image, which stops the embedding of every checkpoint, because the data is wrong. */
export class UnreadableImageError extends InputError {}

export interface EmbedOptions {
  /** runtime of the graphs; its threads run all graphs, and read and decode images */
  readonly runtime: Runtime;
  readonly batchSize: number;
  /** memory limit for all loaded graphs, in bytes; each is loaded at least once */
  readonly modelMemory: number;
  /** skip and count unreadable images */
  readonly skipUnreadable: boolean;
  /** called after each batch with images × checkpoints done and in total */
  readonly onProgress?: (done: number, total: number) => void;
  /** called with the contents of the images from this position on, after their part is written */
  readonly remember?: (first: number, content: readonly ImageContent[]) => Promise<void>;
  /** called before each batch; throws to stop: active batches are finished, and complete parts are kept */
  readonly checkStopped?: () => void;
}

/** Maximum number of image threads; more are faster than any CPU inference. */
const MAX_IMAGE_THREADS = 16;
/**
 * Memory for reading and decoding images, in bytes, and the addition per thread. Photos never wait for it; images near
 * the maximum size are processed one at a time. Less on machines with little memory.
 */
const IMAGE_MEMORY = 512e6;
const MEMORY_PER_THREAD = 64e6;
/** Batches read ahead in addition to one per thread, to keep the graphs busy while a large image is decoded. */
const READ_BEYOND = 2;
/** Batches in the graphs' threads in addition to one per thread: one waits there, and one may be being written. */
const ENCODE_BEYOND = 2;

/**
 * Embeds a manifest's images with several checkpoints: each image is read and decoded once, resampled once per
 * geometry, and embedded by every checkpoint that lacks it. Some threads read and preprocess ahead, others run the
 * graphs; this thread passes batches between them. Each part is written as soon as its last image is embedded. The
 * amount of pending work is bounded at every stage, including writing.
 *
 * All targets must have the same part size.
 *
 * @throws InputError for an unreadable image (unless `skipUnreadable`), or an unwritable store
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
    batchSize: batches.reduce((maximum, batch) => Math.max(maximum, batch.n), 0),
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
    for (const [i, buffer] of buffers.entries()) reader.recycle(order[i] as number, buffer);
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
      await checkpoint.checkUnchanged(); // the threads loaded the files long after hashing; check that they are unchanged
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
    await limiter.drain().catch(() => {}); // pending batches may complete a part; the failure is already known
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
    throw new UnreadableImageError(`${first.reason}; fix or remove it, or skip it with --skip-unreadable`);
  }
  return unreadable.map(({ position, reason }) => {
    const index = batch.first + position;
    return { index, image: manifest.images.at(index).path, reason };
  });
}
