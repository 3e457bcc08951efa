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

/** What need not be embedded of a run's missing parts. */
export interface FoundCopies {
  /** parts of which every image's embedding is stored */
  readonly copies: readonly Part[];
  /** position → SHA-256 of the images of the other parts whose embedding is stored */
  readonly known: ReadonlyMap<number, string>;
  readonly notes: readonly Note[];
}

/**
 * Finds the images that need not be embedded: their embeddings are stored already, for another list of the benchmark's images by
 * the same checkpoint. Images are the same by content; those of other lengths than stored ones are not looked at. The files of the
 * rest are read, unless their contents are known.
 *
 * @param missing parts that are not there
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
  const text = `${checkpoint.id} on ${benchmark.id}: ${countImages(known.size)} embedded before, in another list or place, by content; their embeddings are used`;
  for (const position of copies.flatMap(positionsOf)) known.delete(position);
  return { copies, known, notes: [makeNote(text, { checkpoint: checkpoint.id, benchmark: benchmark.id })] };
}

function positionsOf({ first, rows }: ImageRange): number[] {
  return Array.from({ length: rows }, (_, row) => first + row);
}

function rowsOf(parts: readonly Part[]): number {
  return parts.reduce((sum, part) => sum + part.rows, 0);
}

/** The images of a part whose lengths are those of stored ones. A length of 0 is not known. */
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
    const text = `${checkpoint.id} on ${benchmark.id}: stored embeddings of ${countImages(rowsOf(failed))} cannot be used; they are embedded again`;
    note(makeNote(text, { checkpoint: checkpoint.id, benchmark: benchmark.id }));
  }
  return { ...run, copies: [], missing: [...run.missing, ...failed].sort((a, b) => a.index - b.index) };
}

/** Takes a run's parts and puts the stored embeddings of their known images in place, before they are written. */
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
      // an image that another checkpoint lacked was embedded for this one too
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
