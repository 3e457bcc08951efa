import type { Checkpoint } from "../../model/checkpoint/open-checkpoint.ts";
import type { Runtime } from "../../model/onnx/runtime.ts";
import { embedPrompts } from "../classifier/embed-prompts.ts";
import { type EmbeddingSink, embedImages } from "../embedding/embed-images.ts";
import { planEncoderThreads } from "../embedding/encoder-threads.ts";
import type { EmbedSettings } from "./embed-missing-images.ts";
import type { PlannedRun } from "./planned-runs.ts";

/** Batches per thread to measure the speed, after a warm-up batch; more if they take very little time. */
const PROBE_BATCHES = 2;
/** Minimum seconds of image embedding, if there are enough images. */
const PROBE_SECONDS = 2;
const PROBE_PROMPTS = 192;
/** A sink that discards embeddings. */
const DISCARD: EmbeddingSink = { write: async () => {} };

/** Measures prompt embedding on at least one prompt of a list; stores nothing. @returns seconds per prompt */
export async function measurePrompts(
  checkpoint: Checkpoint,
  prompts: readonly string[],
  runtime: Runtime,
  count = PROBE_PROMPTS,
): Promise<number> {
  // Spread over the list, to include short and long prompts
  const step = Math.max(1, Math.floor(prompts.length / count));
  const probe = prompts.filter((_, i) => i % step === 0).slice(0, count);
  return (await timeItems(1, (onProgress) => embedPrompts(checkpoint, probe, { ...runtime, onProgress }))).perItem;
}

/**
 * Measures image embedding with the checkpoints of runs that are embedded together; stores nothing. The images are
 * spread over the set, because those of the first class may be unusually large or small, or adjacent on disk.
 *
 * @param runs runs with the same manifest
 * @returns seconds per image and checkpoint
 */
export async function measureImages(
  runs: readonly Pick<PlannedRun, "checkpoint" | "preCrop" | "manifest">[],
  settings: EmbedSettings,
): Promise<number> {
  const { runtime, batchSize, modelMemory } = settings;
  const { manifest } = runs[0] as PlannedRun;
  const checkpoints = runs.map(({ checkpoint }) => checkpoint);
  const copies = planEncoderThreads(checkpoints, { threads: runtime.threads, modelMemory }).count;
  const options = { runtime, batchSize, modelMemory, skipUnreadable: true };
  const total = manifest.images.length;
  let n = Math.min(batchSize * copies * (1 + PROBE_BATCHES), total);
  for (;;) {
    const images = manifest.images.pick(spread(n, total));
    const parts = [{ index: 0, first: 0, rows: n }];
    const targets = runs.map(({ checkpoint, preCrop }) => ({ checkpoint, preCrop, sink: DISCARD, parts }));
    const { perItem, seconds } = await timeItems(copies, (onProgress) =>
      embedImages({ ...manifest, images }, targets, { ...options, onProgress }),
    );
    if (seconds >= PROBE_SECONDS || n === total) return perItem;
    n = Math.min(total, Math.ceil(n * Math.min(16, Math.max(2, (1.5 * PROBE_SECONDS) / seconds))));
  }
}

/** Returns n evenly spaced integers from 0 to total − 1, ascending. */
function spread(n: number, total: number): Int32Array {
  return Int32Array.from({ length: n }, (_, at) => Math.floor(((at + 0.5) * total) / n));
}

/**
 * Measures seconds per item after the warm-up.
 *
 * @param copies  number of concurrent batches: this many progress reports belong to the warm-up
 */
async function timeItems(
  copies: number,
  work: (onProgress: (done: number) => void) => Promise<unknown>,
): Promise<{ readonly perItem: number; readonly seconds: number }> {
  const start = { done: 0, at: performance.now() };
  let warm = start;
  let last = start;
  let reports = 0;
  await work((done) => {
    last = { done, at: performance.now() };
    if (++reports === copies) warm = last;
  });
  const from = warm.done < last.done ? warm : start;
  const seconds = (last.at - from.at) / 1000;
  return { perItem: seconds / Math.max(last.done - from.done, 1), seconds };
}
