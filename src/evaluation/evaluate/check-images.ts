import { pathOfPlace } from "../../data/sources/image-source.ts";
import { InputError } from "../../foundation/errors.ts";
import type { UpdateOptions } from "../embedding/image-contents.ts";
import { type CheckedContent, checkContent } from "./check-content.ts";
import { checkDuplicates } from "./check-duplicates.ts";
import { countImages, nameImages } from "./name-images.ts";
import type { PlannedRun } from "./planned-runs.ts";

/**
 * Verifies that the stored embeddings of a group of runs belong to the present images.
 *
 * @param runs  runs on the same images
 * @throws InputError if images changed after they were embedded, or since their stored parts were checked
 */
export async function checkUnchanged(runs: readonly PlannedRun[], options: UpdateOptions): Promise<void> {
  const { manifest, store, contents } = runs[0] as PlannedRun;
  await contents.update(store.parts, { ...options, withinRun: true });
  for (const run of runs) {
    const parts = await run.store.compare(run.store.parts, contents.sha256);
    const positions = parts.flatMap(({ changed, readable }) => [...changed, ...readable]);
    if (positions.length === 0) continue;
    throw new InputError(
      `${pathOfPlace(manifest)}: ${countImages(positions.length)} changed during the run: ${nameImages(manifest, positions)}; nothing was scored on them; run the same command again when they are complete`,
    );
  }
}

/** Checks the content of a run's images after all are embedded. */
export async function noteContent(run: PlannedRun, storeRoot: string): Promise<CheckedContent> {
  const { manifest, results } = run;
  const content = await run.store.content();
  const isComplete = results.some(({ protocol }) => protocol.images === manifest.images.length);
  const { notes, certified } = await checkContent(storeRoot, manifest, content);
  return { notes: [...notes, ...checkDuplicates({ manifest, content, isComplete })], certified };
}
