import type { ImageEntry } from "../../data/sources/image-entry.ts";
import type { ImageContent } from "./hash-images.ts";
import type { ImagePreparation, UnreadableImage, WorkerResult, WorkerSetup, WorkerTask } from "./image-worker.ts";
import { startWorkerPool } from "./worker-pool.ts";

/** Images to read, and for which preparations, by position. */
export interface ReadRequest {
  readonly images: readonly ImageEntry[];
  readonly preparations: readonly number[];
}

export interface ReadBatch {
  /** what was read of every file */
  readonly content: readonly ImageContent[];
  /** by preparation, in the order of the request */
  readonly outputs: readonly {
    readonly preparation: number;
    /** (batch size, 3, H, W) float32, of which the batch's images are filled */
    readonly buffer: ArrayBuffer;
    readonly unreadable: readonly UnreadableImage[];
  }[];
}

export interface ReadAhead {
  /** The next batch, in order. @throws Error past the last */
  next(): Promise<ReadBatch>;
  /** The memory of a batch that was read is used again for another. */
  giveBack(preparation: number, buffer: ArrayBuffer): void;
  close(): Promise<void>;
}

/** An image thread's own heap: what it holds is outside (pixels, tensors), so a larger one only puts off collecting. */
const RESOURCE_LIMITS = { maxYoungGenerationSizeMb: 4 };

/**
 * Reads, decodes and preprocesses batches in threads, `depth` of them under way or waiting: whoever takes them slowly
 * slows the reading down, and nothing piles up. Tensors lie in a fixed set of buffers that go round.
 *
 * @param depth      batches ahead; each has a buffer for every preparation
 * @param batchSize  images a batch at most
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
      batch.catch(() => {}); // awaited in order: until then a failure must not count as unhandled
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
    giveBack: (preparation, buffer) => {
      const list = free.get(preparation) ?? [];
      list.push(buffer);
      free.set(preparation, list);
    },
    close: () => workers.close(),
  };
}
