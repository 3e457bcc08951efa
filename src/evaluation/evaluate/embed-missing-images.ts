import { type EmbedOptions, embedImages } from "../embedding/embed-images.ts";
import { imageGraphBytes } from "../embedding/encoder-threads.ts";
import type { Attempts } from "./attempts.ts";
import { type CopyPlace, fillKnownRows } from "./copied-parts.ts";
import { type EmbeddedGroup, embedRuns } from "./embed-runs.ts";
import { imagesToEmbed, type PlannedRun } from "./planned-runs.ts";

/** Settings of a plan for embedding images. */
export type EmbedSettings = Pick<EmbedOptions, "runtime" | "batchSize" | "modelMemory" | "skipUnreadable"> & CopyPlace;

export interface EmbedMissingImagesOptions {
  readonly attempts: Attempts;
  /** aborted when the user stops the command */
  readonly signal: AbortSignal | undefined;
  /** called after each batch with the number of images done in all runs, and the active runs */
  readonly onProgress: (done: number, runs: readonly PlannedRun[]) => void;
}

/** Runs that were embedded together, and the total progress. */
export interface EmbeddedRuns extends EmbeddedGroup<PlannedRun> {
  /** images embedded so far in this call, counted once per checkpoint */
  readonly done: number;
}

/**
 * Embeds the missing images of runs; each image is decoded once for all runs of a group.
 *
 * @returns groups of runs whose images are all embedded; failures are kept in `attempts`
 */
export async function* embedMissingImages(
  runs: readonly PlannedRun[],
  settings: EmbedSettings,
  { attempts, signal, onProgress }: EmbedMissingImagesOptions,
): AsyncIterable<EmbeddedRuns> {
  const checkStopped = () => signal?.throwIfAborted();
  let before = 0;
  const embed = (group: readonly PlannedRun[]) =>
    embedGroup(group, settings, { checkStopped, onProgress: (done) => onProgress(before + done, group) });
  for await (const embedded of embedRuns(groupRuns(runs, settings.modelMemory), { attempts, signal, embed })) {
    before += imagesToEmbed(embedded.runs);
    yield { ...embedded, done: before };
  }
}

/** Groups runs that share a manifest and a part size, and whose models fit in memory together. */
export function groupRuns(runs: readonly PlannedRun[], modelMemory: number): PlannedRun[][] {
  const groups: { key: string; bytes: number; runs: PlannedRun[] }[] = [];
  for (const run of runs) {
    const key = `${run.manifest.sha256}\n${run.manifest.root}\n${run.store.parts[0]?.rows}`;
    const bytes = run.missing.length === 0 ? 0 : imageGraphBytes(run.checkpoint);
    const group = groups.find((open) => open.key === key && open.bytes + bytes <= modelMemory);
    if (group === undefined) groups.push({ key, bytes, runs: [run] });
    else {
      group.bytes += bytes;
      group.runs.push(run);
    }
  }
  return groups.map((group) => group.runs);
}

/** @returns the seconds it took */
async function embedGroup(
  group: readonly PlannedRun[],
  settings: EmbedSettings,
  hooks: { readonly checkStopped: () => void; readonly onProgress: (done: number) => void },
): Promise<number> {
  const startedAt = performance.now();
  const lacking = group.filter(({ missing }) => missing.length > 0);
  const [first] = lacking;
  if (first === undefined) return 0;
  const targets = lacking.map((run) => {
    const { checkpoint, preCrop, missing, known } = run;
    return { checkpoint, preCrop, sink: fillKnownRows(run, settings), parts: missing, known };
  });
  const { runtime, batchSize, modelMemory, skipUnreadable } = settings;
  const { remember } = first.contents;
  const options = { runtime, batchSize, modelMemory, skipUnreadable, remember, ...hooks };
  await embedImages(first.manifest, targets, options);
  return (performance.now() - startedAt) / 1000;
}
