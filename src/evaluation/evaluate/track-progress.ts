import { imageGraphBytes } from "../embedding/encoder-threads.ts";
import type { EvaluateProgress } from "./evaluate-options.ts";
import { checkpointsOf, imagesToEmbed, type PlannedRun } from "./planned-runs.ts";
import type { ProgressFile, ProgressState } from "./progress-file.ts";
import type { RunHandlers } from "./run-handlers.ts";

/** Receives the progress of the steps of an evaluation. */
export interface ProgressTracker {
  /**
   * prompts embedded, and total in this call
   *
   * @param checkpoint current checkpoint
   * @param share      completed share of time, if checkpoints differ in cost; default: share of the number
   */
  prompts(done: number, total: number, checkpoint: string, share?: number): void;
  /** images embedded so far, counted once per checkpoint, and the active runs */
  images(done: number, runs: readonly PlannedRun[]): void;
  /** called before a result of these runs is scored */
  scores(done: number, runs: readonly PlannedRun[]): void;
}

/**
 * Converts the progress of steps to events for the caller and to the progress file.
 *
 * @param planned  all runs of the plan
 * @param file     null if no results are written
 */
export function trackProgress(
  planned: readonly PlannedRun[],
  { progress }: RunHandlers,
  file: ProgressFile | null,
): ProgressTracker {
  const images = imagesToEmbed(planned);
  const all = checkpointsOf(planned).map(({ id }) => id);
  const shareOf = createImageShare(planned);
  return {
    prompts(done, total, checkpoint, share = done / Math.max(total, 1)) {
      file?.update({ phase: "prompts", done, total, checkpoints: all, benchmark: null });
      progress({
        ...{ phase: "prompts", done, total, imagesAhead: images },
        ...{ share, checkpoints: [checkpoint], benchmark: null },
      });
    },
    images(done, runs) {
      file?.update({ phase: "images", done, total: images, ...atWork(runs) });
      const share = shareOf(done, runs);
      progress({ phase: "images", done, total: images, imagesAhead: 0, share, ...atWork(runs) });
    },
    scores(done, runs) {
      file?.update({ phase: "scores", done, total: images, ...atWork(runs) });
    },
  };
}

/**
 * Cost of reading and decoding an image, expressed in bytes of a graph with the same running time; from a photo and
 * ViT-B/32 with 350 MB.
 */
const DECODING_BYTES = 30e6;

/**
 * Returns a function for the completed share of the images' time. Runs are embedded one group at a time, and each image
 * is decoded once per group; the time of a graph is assumed proportional to its size.
 */
function createImageShare(planned: readonly PlannedRun[]): (done: number, runs: readonly PlannedRun[]) => number {
  const costOf = (runs: readonly PlannedRun[]) =>
    runs.reduce(
      (sum, run) => sum + imagesToEmbed([run]) * (DECODING_BYTES / runs.length + imageGraphBytes(run.checkpoint)),
      0,
    );
  const byBenchmark = new Map<PlannedRun["manifest"], PlannedRun[]>();
  for (const run of planned) byBenchmark.set(run.manifest, [...(byBenchmark.get(run.manifest) ?? []), run]);
  const total = [...byBenchmark.values()].reduce((sum, runs) => sum + costOf(runs), 0);
  let group: readonly PlannedRun[] = [];
  let [before, doneBefore] = [0, 0];
  return (done, runs) => {
    if (runs !== group) {
      before += costOf(group);
      doneBefore += imagesToEmbed(group);
      group = runs;
    }
    const here = (done - doneBefore) / Math.max(1, imagesToEmbed(runs));
    return Math.min(1, (before + Math.max(0, here) * costOf(runs)) / Math.max(1, total));
  };
}

/** Builds a progress event for the checks before the work. */
export function planProgress(phase: "files" | "checks", done: number, total: number): EvaluateProgress {
  return { phase, done, total, imagesAhead: 0, share: done / Math.max(total, 1), checkpoints: [], benchmark: null };
}

function atWork(runs: readonly PlannedRun[]): Pick<ProgressState, "checkpoints" | "benchmark"> {
  return { checkpoints: runs.map(({ checkpoint }) => checkpoint.id), benchmark: runs[0]?.benchmark.id ?? null };
}
