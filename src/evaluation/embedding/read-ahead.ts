import type { ImageEntry } from "../../data/sources/image-entry.ts";
import type { ImageContent } from "./hash-images.ts";
import type { ImagePreparation, UnreadableImage, WorkerResult, WorkerSetup, WorkerTask } from "./image-worker.ts";
import { startWorkerPool } from "./worker-pool.ts";

/** Images to read, and positions of the preparations to apply. */
export interface ReadRequest {
  readonly images: readonly ImageEntry[];
  readonly preparations: readonly number[];
}

export interface ReadBatch {
  /** content of every file */
  readonly content: readonly ImageContent[];
  /** by preparation, in the order of the request */
  readonly outputs: readonly {
    readonly preparation: number;
    /** (batch size, 3, H, W) float32, filled for the batch's images */
    readonly buffer: ArrayBuffer;
    readonly unreadable: readonly UnreadableImage[];
  }[];
}

export interface ReadAhead {
  /** Returns the next batch, in order. @throws Error after the last */
  next(): Promise<ReadBatch>;
  /** Returns the memory of a batch for reuse. */
  recycle(preparation: number, buffer: ArrayBuffer): void;
  close(): Promise<void>;
}

/**
 * Heap limits of an image thread. Pixels and tensors are outside the heap, so a larger one would only delay collection.
 */
const RESOURCE_LIMITS = { maxYoungGenerationSizeMb: 4 };

/**
 * Reads, decodes and preprocesses batches in threads. At most `depth` batches are active or waiting, so a slow consumer
 * slows reading down. Tensors use a fixed set of buffers in rotation.
 *
 * @param depth      number of batches ahead; each has a buffer for every preparation
 * @param batchSize  maximum number of images per batch
 */
export function startReadAhead(
  requests: Iterable<ReadRequest>,
  options: WorkerSetup & { readonly threads: number; readonly depth: number; readonly batchSize: number },
): ReadAhead {
  const { place, preparations, budget, threads, depth, batchSize } = options;
  const workers = startWorkerPool<WorkerTask, WorkerResult>({
    module: "image-worker",
    count: threads,
    setup: { place, preparations, budget } satisfies WorkerSetup,
    transfer: (task) => task.outputs.map((output) => output.buffer),
    resourceLimits: RESOURCE_LIMITS,
  });
  const left = requests[Symbol.iterator]();
  const free = new Map<number, ArrayBuffer[]>();
  const ready: Promise<ReadBatch>[] = [];
  const takeBuffer = (preparation: number) => {
    const { size } = (preparations[preparation] as ImagePreparation).preprocessing;
    return free.get(preparation)?.pop() ?? new ArrayBuffer(batchSize * 3 * size.height * size.width * 4);
  };
  const read = async ({ images, preparations: wanted }: ReadRequest): Promise<ReadBatch> => {
    const outputs = wanted.map((preparation) => ({ preparation, buffer: takeBuffer(preparation) }));
    const { buffers, content, unreadable } = await workers.run({ images, outputs });
    return {
      content,
      outputs: wanted.map((preparation, i) => ({
        preparation,
        buffer: buffers[i] as ArrayBuffer,
        unreadable: unreadable[i] as readonly UnreadableImage[],
      })),
    };
  };
  const fill = () => {
    while (ready.length < depth) {
      const { value, done } = left.next();
      if (done) return;
      const batch = read(value);
      batch.catch(() => {}); // awaited in order; until then a failure must not be reported as unhandled
      ready.push(batch);
    }
  };
  fill();
  return {
    next: async () => {
      const batch = ready.shift();
      if (batch === undefined) throw new Error("read ahead: no batch is left");
      const result = await batch;
      fill();
      return result;
    },
    recycle: (preparation, buffer) => {
      const list = free.get(preparation) ?? [];
      list.push(buffer);
      free.set(preparation, list);
    },
    close: () => workers.close(),
  };
}
