import type { Checkpoint } from "../../model/checkpoint/open-checkpoint.ts";
import { UnreadableImageError } from "../embedding/unreadable-image-error.ts";
import type { Attempts } from "./attempts.ts";
import type { EvaluationPlan, PlannedRun } from "./evaluation-plan.ts";

/** Runs that were embedded together, and the seconds it took. */
export interface EmbeddedGroup {
  readonly runs: readonly PlannedRun[];
  readonly seconds: number;
}

export interface EmbedRunsOptions {
  readonly attempts: Attempts;
  /** aborted where the user stops the command */
  readonly signal: AbortSignal | undefined;
  /** Embeds what a group's runs lack. @returns the seconds it took */
  readonly embed: (group: readonly PlannedRun[]) => Promise<number>;
}

/** A plan with the runs of some checkpoints only. */
export function planOf(plan: EvaluationPlan, isWanted: (checkpoint: Checkpoint) => boolean): EvaluationPlan {
  return { ...plan, runs: plan.runs.filter(({ checkpoint }) => isWanted(checkpoint)) };
}

/** What a run is, in messages. */
export function runName({ checkpoint, benchmark }: PlannedRun): string {
  return `${checkpoint.id} on ${benchmark.id}`;
}

/**
 * Embeds what groups of runs lack. Where a group fails, its checkpoints are tried one by one; images that cannot be read
 * fail every run of these images that lacks any.
 *
 * @returns the runs whose images are all embedded, a group at a time
 */
export async function* embedRuns(
  groups: readonly (readonly PlannedRun[])[],
  { attempts, signal, embed }: EmbedRunsOptions,
): AsyncIterable<EmbeddedGroup> {
  const unreadable = new Map<string, UnreadableImageError>();
  const waiting = [...groups];
  for (let group = waiting.shift(); group !== undefined; group = waiting.shift()) {
    const images = imagesOf(group[0] as PlannedRun);
    const known = unreadable.get(images);
    const [lacking, whole] = [group.filter(isLacking), group.filter((run) => !isLacking(run))];
    if (known !== undefined && lacking.length > 0) {
      for (const run of lacking) attempts.fail(runName(run), known);
      if (whole.length > 0) yield { runs: whole, seconds: 0 };
      continue;
    }
    const runs = group;
    let seconds = 0;
    let isAlone = true;
    const done = await attempts.run(lacking.map(runName).join(", "), async () => {
      try {
        seconds = await embed(runs);
      } catch (error) {
        if (error instanceof UnreadableImageError) unreadable.set(images, error);
        else if (lacking.length > 1 && signal?.aborted !== true) isAlone = false;
        if (isAlone) throw error;
      }
    });
    if (!isAlone) waiting.unshift(...lacking.map((run) => [run]));
    const embedded = done && isAlone ? runs : whole;
    if (embedded.length > 0) yield { runs: embedded, seconds };
  }
}

function isLacking({ missing }: PlannedRun): boolean {
  return missing.length > 0;
}

function imagesOf({ manifest }: PlannedRun): string {
  return `${manifest.sha256}\n${manifest.root}`;
}
