import { workerData } from "node:worker_threads";
import type { EncoderGraph } from "../../model/checkpoint/encoder-graph.ts";
import type { ImageEncoder } from "../../model/checkpoint/encoders.ts";
import { openImageEncoder } from "../../model/checkpoint/image-encoder.ts";
import type { Runtime } from "../../model/onnx/runtime.ts";
import { serveTasks } from "./worker-program.ts";

/** Runs image towers on batches in a separate thread, because onnxruntime blocks the calling thread. */

export interface EncoderSetup {
  readonly towers: readonly EncoderGraph[];
  /** its threads are per operation */
  readonly runtime: Runtime;
}

/** A batch of images for some of the towers. */
export interface EncoderTask {
  readonly n: number;
  /** each contains (n, 3, H, W) float32, and may be longer */
  readonly buffers: readonly ArrayBuffer[];
  /** position of a tower in the setup, and of its buffer */
  readonly towers: readonly { readonly tower: number; readonly buffer: number }[];
}

export interface EncoderResult {
  readonly buffers: readonly ArrayBuffer[];
  /** (n, d) per requested tower */
  readonly embeddings: readonly Float32Array[];
}

const setup = workerData as EncoderSetup;
const encoders: ImageEncoder[] = [];
const opened = openAll();
opened.catch(() => {}); // reported when a batch is requested

async function openAll(): Promise<void> {
  // Sequential, because each takes additional memory of its file's size while loading
  for (const tower of setup.towers) encoders.push(await openImageEncoder(tower, setup.runtime));
}

async function encodeBatch({ n, buffers, towers }: EncoderTask): Promise<EncoderResult> {
  await opened;
  const embeddings: Float32Array[] = [];
  for (const { tower, buffer } of towers) {
    const { height, width } = (setup.towers[tower] as EncoderGraph).size;
    const pixels = new Float32Array(buffers[buffer] as ArrayBuffer, 0, n * 3 * height * width);
    embeddings.push(await (encoders[tower] as ImageEncoder).encode(pixels, n));
  }
  return { buffers, embeddings };
}

serveTasks(
  encodeBatch,
  ({ buffers, embeddings }) => [...buffers, ...embeddings.map((matrix) => matrix.buffer as ArrayBuffer)],
  async () => {
    await opened.catch(() => {});
    for (const encoder of encoders) await encoder.close();
  },
);
