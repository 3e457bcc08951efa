import { UnreadableImageError } from "../embedding/embed-images.ts";
import type { Part } from "../store/part-store.ts";
import type { Attempts } from "./attempts.ts";
import { nameRuns, type RunName } from "./planned-runs.ts";

/** The properties of a run needed to embed it with others. */
export interface EmbeddableRun extends RunName {
  readonly manifest: { readonly sha256: string; readonly root: string };
  /** missing parts */
  readonly missing: readonly Part[];
}

/** Runs that were embedded together, and the time in seconds. */
export interface EmbeddedGroup<Run> {
  readonly runs: readonly Run[];
  readonly seconds: number;
}

export interface EmbedRunsOptions<Run> {
  readonly attempts: Attempts;
  /** aborted when the user stops the command */
  readonly signal: AbortSignal | undefined;
  /** Embeds the missing images of a group. @returns the time in seconds */
  readonly embed: (group: readonly Run[]) => Promise<number>;
}

/**
 * Embeds the missing images of groups of runs. If a group fails, its checkpoints are tried one by one. Unreadable
 * images fail every run with missing parts on these images.
 *
 * @returns groups of runs whose images are all embedded
 */
export async function* embedRuns<Run extends EmbeddableRun>(
  groups: readonly (readonly Run[])[],
  { attempts, signal, embed }: EmbedRunsOptions<Run>,
): AsyncIterable<EmbeddedGroup<Run>> {
  const unreadable = new Map<string, UnreadableImageError>();
  const waiting = [...groups];
  for (let group = waiting.shift(); group !== undefined; group = waiting.shift()) {
    const images = imagesOf(group[0] as Run);
    const known = unreadable.get(images);
    const [lacking, complete] = [group.filter(isLacking), group.filter((run) => !isLacking(run))];
    if (known !== undefined && lacking.length > 0) {
      for (const run of lacking) attempts.fail(nameRuns([run]), known);
      if (complete.length > 0) yield { runs: complete, seconds: 0 };
      continue;
    }
    const runs = group;
    let seconds = 0;
    let isAlone = true;
    const done = await attempts.run(nameRuns(lacking), async () => {
      try {
        seconds = await embed(runs);
      } catch (error) {
        if (error instanceof UnreadableImageError) unreadable.set(images, error);
        else if (lacking.length > 1 && signal?.aborted !== true) isAlone = false;
        if (isAlone) throw error;
      }
    });
    if (!isAlone) waiting.unshift(...lacking.map((run) => [run]));
    const embedded = done && isAlone ? runs : complete;
    if (embedded.length > 0) yield { runs: embedded, seconds };
  }
}

function isLacking({ missing }: EmbeddableRun): boolean {
  return missing.length > 0;
}

function imagesOf({ manifest }: EmbeddableRun): string {
  return `${manifest.sha256}\n${manifest.root}`;
}
