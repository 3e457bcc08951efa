import type { Checkpoint } from "../../model/checkpoint/open-checkpoint.ts";
import type { Runtime } from "../../model/onnx/runtime.ts";
import { embedPrompts } from "../classifier/embed-prompts.ts";
import { type EmbeddingSink, embedImages } from "../embedding/embed-images.ts";
import { planEncoderThreads } from "../embedding/encoder-threads.ts";
import type { EmbedSettings } from "./embed-missing-images.ts";
import type { PlannedRun } from "./planned-runs.ts";

/** Batches that each thread runs to learn the speed, after one that is not counted; more where they take no time to speak of. */
const PROBE_BATCHES = 2;
/** Seconds that images are embedded for at least, where there are so many. */
const PROBE_SECONDS = 2;
const PROBE_PROMPTS = 192;
/** Takes embeddings and keeps none. */
const NOWHERE: EmbeddingSink = { write: async () => {} };

/** Embeds some of a list of prompts, at least one, and keeps nothing. @returns seconds per prompt */
export async function measurePrompts(
  checkpoint: Checkpoint,
  prompts: readonly string[],
  runtime: Runtime,
  count = PROBE_PROMPTS,
): Promise<number> {
  // Spread over the list, so that short and long prompts are among them
  const step = Math.max(1, Math.floor(prompts.length / count));
  const probe = prompts.filter((_, i) => i % step === 0).slice(0, count);
  return (await timeItems(1, (onProgress) => embedPrompts(checkpoint, probe, { ...runtime, onProgress }))).perItem;
}

/**
 * Embeds some images with the checkpoints of runs that are embedded together, whatever they lack, and keeps nothing. The images are
 * spread over the set: those of its first class may be large or small, or lie together on a disk.
 *
 * @param runs of one manifest
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
    const targets = runs.map(({ checkpoint, preCrop }) => ({ checkpoint, preCrop, sink: NOWHERE, parts }));
    const { perItem, seconds } = await timeItems(copies, (onProgress) =>
      embedImages({ ...manifest, images }, targets, { ...options, onProgress }),
    );
    if (seconds >= PROBE_SECONDS || n === total) return perItem;
    n = Math.min(total, Math.ceil(n * Math.min(16, Math.max(2, (1.5 * PROBE_SECONDS) / seconds))));
  }
}

/** n of the numbers from 0 to total − 1, evenly spread, rising. */
function spread(n: number, total: number): Int32Array {
  return Int32Array.from({ length: n }, (_, at) => Math.floor(((at + 0.5) * total) / n));
}

/**
 * Seconds of the items after the warming up, and seconds of each.
 *
 * @param copies  batches that run side by side: so many reports of progress hold the warming up
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
