import { imageGraphBytes } from "../embedding/encoder-threads.ts";
import type { EvaluateProgress } from "./evaluate-options.ts";
import { checkpointsOf, imagesToEmbed, type PlannedRun } from "./planned-runs.ts";
import type { ProgressFile, ProgressState } from "./progress-file.ts";
import type { RunHandlers } from "./run-handlers.ts";

/** Where the steps of an evaluation say how far they are. */
export interface ProgressTracker {
  /**
   * prompts embedded, and to embed in this call
   *
   * @param checkpoint at work
   * @param share      of their time, where it is known that checkpoints differ; absent: of their number
   */
  prompts(done: number, total: number, checkpoint: string, share?: number): void;
  /** images embedded so far, and the runs at work; one counts once for each checkpoint */
  images(done: number, runs: readonly PlannedRun[]): void;
  /** a result of these runs is scored next */
  scores(done: number, runs: readonly PlannedRun[]): void;
}

/**
 * Turns what the steps say into the events of the caller and the progress file.
 *
 * @param planned  all runs of the plan
 * @param file     null for work that writes no results
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

/** What reading and decoding an image costs beside running a graph over it, in bytes of that graph: a photo, and ViT-B/32's 350 MB. */
const DECODING_BYTES = 30e6;

/**
 * The share of the images' time that is behind. Runs are embedded a group at a time, each image decoded once for the group; what a
 * graph takes goes by its size.
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

/** How far the checks before the work are. */
export function planProgress(phase: "files" | "checks", done: number, total: number): EvaluateProgress {
  return { phase, done, total, imagesAhead: 0, share: done / Math.max(total, 1), checkpoints: [], benchmark: null };
}

function atWork(runs: readonly PlannedRun[]): Pick<ProgressState, "checkpoints" | "benchmark"> {
  return { checkpoints: runs.map(({ checkpoint }) => checkpoint.id), benchmark: runs[0]?.benchmark.id ?? null };
}
