import { checkpointsOf, imagesToEmbed, type PlannedRun } from "./planned-runs.ts";
import type { ProgressFile, ProgressState } from "./progress-file.ts";
import type { RunHandlers } from "./run-handlers.ts";

/** Where the steps of an evaluation say how far they are. */
export interface ProgressTracker {
  /** prompts embedded, and to embed in this call */
  prompts(done: number, total: number): void;
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
  return {
    prompts(done, total) {
      file?.update({ phase: "prompts", done, total, checkpoints: all, benchmark: null });
      progress({ phase: "prompts", done, total, imagesAhead: images });
    },
    images(done, runs) {
      file?.update({ phase: "images", done, total: images, ...atWork(runs) });
      progress({ phase: "images", done, total: images, imagesAhead: 0 });
    },
    scores(done, runs) {
      file?.update({ phase: "scores", done, total: images, ...atWork(runs) });
    },
  };
}

function atWork(runs: readonly PlannedRun[]): Pick<ProgressState, "checkpoints" | "benchmark"> {
  return { checkpoints: runs.map(({ checkpoint }) => checkpoint.id), benchmark: runs[0]?.benchmark.id ?? null };
}
