import { workerData } from "node:worker_threads";
import type { EncoderGraph } from "../../model/checkpoint/encoder-graph.ts";
import type { ImageEncoder } from "../../model/checkpoint/encoders.ts";
import { openImageEncoder } from "../../model/checkpoint/image-encoder.ts";
import type { Runtime } from "../../model/onnx/runtime.ts";
import { serveTasks } from "./worker-program.ts";

/** Runs image towers over batches, in a thread of its own: onnxruntime blocks the thread that asks it. */

export interface EncoderSetup {
  readonly towers: readonly EncoderGraph[];
  /** threads are for one operation */
  readonly runtime: Runtime;
}

/** A batch of images for some of the towers. */
export interface EncoderTask {
  readonly n: number;
  /** each holds (n, 3, H, W) float32, and may be longer */
  readonly buffers: readonly ArrayBuffer[];
  /** position of a tower in the set-up, and of the buffer it takes */
  readonly towers: readonly { readonly tower: number; readonly buffer: number }[];
}

export interface EncoderResult {
  readonly buffers: readonly ArrayBuffer[];
  /** (n, d) of each tower asked */
  readonly embeddings: readonly Float32Array[];
}

const setup = workerData as EncoderSetup;
const encoders: ImageEncoder[] = [];
const opened = openAll();
opened.catch(() => {}); // said to whoever asks for a batch

async function openAll(): Promise<void> {
  // One by one: each takes its file's size in memory while it loads
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
  ({ buffers, embeddings }) => [...buffers, ...embeddings.map((one) => one.buffer as ArrayBuffer)],
  async () => {
    await opened.catch(() => {});
    for (const encoder of encoders) await encoder.close();
  },
);
