import type { Manifest } from "../../data/dataset/manifest.ts";
import { checkWritable } from "../../foundation/files/atomic-write.ts";
import { makeNote, type Note } from "../../foundation/notes.ts";
import type { RuntimeKind } from "../../model/onnx/runtime.ts";
import type { UpdateOptions } from "../embedding/image-contents.ts";
import { type AlikeStore, openAlikeStores } from "../store/alike-stores.ts";
import { copyParts, findStoredRows, type StoredRow } from "../store/copy-embeddings.ts";
import type { Part } from "../store/part-store.ts";
import { countImages } from "./name-images.ts";
import type { OpenedRun, PlannedRun } from "./planned-runs.ts";
import type { RunHandlers } from "./run-handlers.ts";

export interface CopyPlace {
  readonly storeRoot: string;
  readonly runtime: RuntimeKind;
}

/**
 * Chooses the parts that need not be embedded: the embedding of each of their images is stored already, for another list of
 * the benchmark's images by the same checkpoint. Images are the same by content; the parts whose images have other lengths are
 * not looked at. The files of the rest are read, unless their contents are known.
 *
 * @param missing parts that are not there
 * @returns those of them that can be copied, and what the user should know
 */
export async function findCopies(
  run: OpenedRun,
  missing: readonly Part[],
  { storeRoot, runtime }: CopyPlace,
  options: UpdateOptions,
): Promise<{ readonly copies: readonly Part[]; readonly notes: readonly Note[] }> {
  const none = { copies: [], notes: [] };
  if (missing.length === 0) return none;
  const stores = await openAlikeStores(storeRoot, { ...run, runtime });
  const likely = missing.filter((part) => mayHold(stores, run.manifest, part));
  if (likely.length === 0) return none;
  await run.contents.update(likely, options);
  const rows = await storedRows(run, stores, likely);
  const copies = likely.filter((part) => contentsOf(run, part).every((content) => rows.has(content)));
  if (copies.length === 0) return none;
  const { checkpoint, benchmark } = run;
  const text = `${checkpoint.id} on ${benchmark.id}: ${countImages(rowsOf(copies))} embedded before from another place, by content; their embeddings are used`;
  return { copies, notes: [makeNote(text, { checkpoint: checkpoint.id, benchmark: benchmark.id })] };
}

function rowsOf(parts: readonly Part[]): number {
  return parts.reduce((sum, part) => sum + part.rows, 0);
}

/** Whether the lengths of a part's images are those of stored ones. A length of 0 is not known. */
function mayHold(stores: readonly AlikeStore[], { images }: Manifest, { first, rows }: Part): boolean {
  return images
    .slice(first, first + rows)
    .every(({ bytes }) => stores.some(({ sizes }) => sizes === null || bytes === 0 || sizes.has(bytes)));
}

function contentsOf({ contents }: Pick<OpenedRun, "contents">, { first, rows }: Part): string[] {
  return Array.from({ length: rows }, (_, row) => contents.sha256(first + row));
}

function storedRows(
  run: OpenedRun,
  stores: readonly AlikeStore[],
  parts: readonly Part[],
): Promise<Map<string, StoredRow>> {
  const wanted = new Set(parts.flatMap((part) => contentsOf(run, part)));
  return findStoredRows(
    stores.map(({ store }) => store),
    wanted,
  );
}

/**
 * Makes the parts that a plan copies.
 *
 * @returns the plan with nothing left to copy: parts that could not be made are to be embedded
 * @throws InputError if the store cannot be written
 */
export async function copyPlannedParts<Plan extends CopyPlace & { readonly runs: readonly PlannedRun[] }>(
  plan: Plan,
  handlers: RunHandlers,
): Promise<Plan> {
  if (plan.runs.every(({ copies }) => copies.length === 0)) return plan;
  await checkWritable(plan.storeRoot, "--store");
  const runs: PlannedRun[] = [];
  for (const run of plan.runs) {
    handlers.checkStopped();
    runs.push(run.copies.length === 0 ? run : await copyRun(run, plan, handlers));
  }
  return { ...plan, runs };
}

async function copyRun(run: PlannedRun, plan: CopyPlace, { note }: RunHandlers): Promise<PlannedRun> {
  const { checkpoint, benchmark, copies, contents, store } = run;
  const stores = await openAlikeStores(plan.storeRoot, { ...run, runtime: plan.runtime });
  const failed = await copyParts(store, copies, contents.sha256, await storedRows(run, stores, copies));
  if (failed.length > 0) {
    const text = `${checkpoint.id} on ${benchmark.id}: stored embeddings of ${countImages(rowsOf(failed))} cannot be used; they are embedded again`;
    note(makeNote(text, { checkpoint: checkpoint.id, benchmark: benchmark.id }));
  }
  return { ...run, copies: [], missing: [...run.missing, ...failed].sort((a, b) => a.index - b.index) };
}
