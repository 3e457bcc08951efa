import type { Manifest } from "../../data/dataset/manifest.ts";
import { checkWritable } from "../../foundation/files/atomic-write.ts";
import { makeNote, type Note } from "../../foundation/notes.ts";
import type { RuntimeKind } from "../../model/onnx/runtime.ts";
import type { EmbeddingSink } from "../embedding/embed-images.ts";
import type { ImageRange, UpdateOptions } from "../embedding/image-contents.ts";
import { type AlikeStore, createStoreFinder, type StoreFinder } from "../store/alike-stores.ts";
import { copyParts, findStoredRows, readStoredRows, type StoredRow } from "../store/copy-embeddings.ts";
import type { Part } from "../store/part-store.ts";
import { countImages } from "./name-images.ts";
import type { OpenedRun, PlannedRun } from "./planned-runs.ts";
import type { RunHandlers } from "./run-handlers.ts";

export interface CopyPlace {
  readonly storeRoot: string;
  readonly runtime: RuntimeKind;
}

/** Images in a run's missing parts that need not be embedded. */
export interface FoundCopies {
  /** parts for which all embeddings are stored */
  readonly copies: readonly Part[];
  /** position → SHA-256 of images in other parts whose embedding is stored */
  readonly known: ReadonlyMap<number, string>;
  readonly notes: readonly Note[];
}

/**
 * Finds images whose embeddings are already stored for another list of the benchmark's images by the same checkpoint.
 * Images are matched by content. Only images with the length of a stored one are considered; their files are read
 * unless their contents are known.
 *
 * @param missing missing parts
 */
export async function findCopies(
  run: OpenedRun,
  missing: readonly Part[],
  finder: StoreFinder,
  runtime: RuntimeKind,
  options: UpdateOptions,
): Promise<FoundCopies> {
  const none: FoundCopies = { copies: [], known: new Map(), notes: [] };
  if (missing.length === 0) return none;
  const stores = await finder.find({ ...run, runtime });
  const likely = missing.flatMap((part) => likelyImages(stores, run.manifest, part));
  if (likely.length === 0) return none;
  await run.contents.update(likely, options);
  const rows = await storedRows(run, stores, likely);
  const known = new Map(likely.flatMap(positionsOf).map((position) => [position, run.contents.sha256(position)]));
  for (const [position, content] of known) if (!rows.has(content)) known.delete(position);
  if (known.size === 0) return none;
  const copies = missing.filter((part) => positionsOf(part).every((position) => known.has(position)));
  const { checkpoint, benchmark } = run;
  const text = `${checkpoint.id} on ${benchmark.id}: ${countImages(known.size)} embedded before in another list or location (same content); their embeddings are reused`;
  for (const position of copies.flatMap(positionsOf)) known.delete(position);
  return { copies, known, notes: [makeNote(text, { checkpoint: checkpoint.id, benchmark: benchmark.id })] };
}

function positionsOf({ first, rows }: ImageRange): number[] {
  return Array.from({ length: rows }, (_, row) => first + row);
}

function rowsOf(parts: readonly Part[]): number {
  return parts.reduce((sum, part) => sum + part.rows, 0);
}

/** Finds the images of a part whose length equals that of a stored one. A length of 0 means unknown. */
function likelyImages(stores: readonly AlikeStore[], { images }: Manifest, { first, rows }: Part): ImageRange[] {
  const ranges: { readonly first: number; rows: number }[] = [];
  for (const [row, { bytes }] of images.slice(first, first + rows).entries()) {
    if (!stores.some(({ sizes }) => sizes === null || bytes === 0 || sizes.has(bytes))) continue;
    const last = ranges.at(-1);
    if (last !== undefined && last.first + last.rows === first + row) last.rows++;
    else ranges.push({ first: first + row, rows: 1 });
  }
  return ranges;
}

function contentsOf({ contents }: Pick<OpenedRun, "contents">, { first, rows }: ImageRange): string[] {
  return Array.from({ length: rows }, (_, row) => contents.sha256(first + row));
}

function storedRows(
  run: OpenedRun,
  stores: readonly AlikeStore[],
  parts: readonly ImageRange[],
): Promise<Map<string, StoredRow>> {
  const wanted = new Set(parts.flatMap((part) => contentsOf(run, part)));
  return findStoredRows(
    stores.map(({ store }) => store),
    wanted,
  );
}

/**
 * Makes the parts that a plan copies from other lists.
 *
 * @returns the plan without copies: parts that could not be made are added to those to embed
 * @throws InputError if the store cannot be written
 */
export async function copyPlannedParts<Plan extends CopyPlace & { readonly runs: readonly PlannedRun[] }>(
  plan: Plan,
  handlers: RunHandlers,
): Promise<Plan> {
  if (plan.runs.every(({ copies }) => copies.length === 0)) return plan;
  await checkWritable(plan.storeRoot, "--store");
  const finder = createStoreFinder(plan.storeRoot);
  const runs: PlannedRun[] = [];
  for (const run of plan.runs) {
    handlers.checkStopped();
    runs.push(run.copies.length === 0 ? run : await copyRun(run, finder, plan.runtime, handlers));
  }
  return { ...plan, runs };
}

async function copyRun(
  run: PlannedRun,
  finder: StoreFinder,
  runtime: RuntimeKind,
  { note }: RunHandlers,
): Promise<PlannedRun> {
  const { checkpoint, benchmark, copies, contents, store } = run;
  const stores = await finder.find({ ...run, runtime });
  const failed = await copyParts(store, copies, contents.sha256, await storedRows(run, stores, copies));
  if (failed.length > 0) {
    const text = `${checkpoint.id} on ${benchmark.id}: stored embeddings of ${countImages(rowsOf(failed))} are unusable; they are embedded again`;
    note(makeNote(text, { checkpoint: checkpoint.id, benchmark: benchmark.id }));
  }
  return { ...run, copies: [], missing: [...run.missing, ...failed].sort((a, b) => a.index - b.index) };
}

/** Creates a sink that fills in stored embeddings of known images before a part is written. */
export function fillKnownRows(run: PlannedRun, { storeRoot, runtime }: CopyPlace): EmbeddingSink {
  const { store, known } = run;
  if (known.size === 0) return store;
  let found: Promise<Map<string, StoredRow>> | undefined;
  return {
    write: async (part, embeddings, about) => {
      found ??= createStoreFinder(storeRoot)
        .find({ ...run, runtime })
        .then((stores) =>
          findStoredRows(
            stores.map((alike) => alike.store),
            new Set(known.values()),
          ),
        );
      // an image missing for another checkpoint was also embedded for this one
      const wanted = positionsOf(part).filter(
        (position) => known.get(position) === about.content[position - part.first],
      );
      const contents = wanted.map((position) => known.get(position) as string);
      const into = { data: embeddings.data, rows: part.rows, columns: embeddings.columns };
      await readStoredRows(
        await found,
        contents,
        into,
        wanted.map((position) => position - part.first),
      );
      await store.write(part, embeddings, about);
    },
  };
}
