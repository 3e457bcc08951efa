import { makeNote, makeWarning, type Note } from "../../foundation/notes.ts";
import type { ImageContents, ImageRange, UpdateOptions } from "../embedding/image-contents.ts";
import type { ChangedPart, Part } from "../store/part-store.ts";
import { countImages, nameImages } from "./name-images.ts";
import type { OpenedRun } from "./planned-runs.ts";
import type { RunHandlers } from "./run-handlers.ts";
import { planProgress } from "./track-progress.ts";

/** A run and the parts assigned to it. */
export interface AssignedRun {
  readonly run: OpenedRun;
  readonly parts: readonly Part[];
}

export interface MissingPartsOptions {
  readonly threads: number;
  /** parts with skipped images count as complete */
  readonly skipUnreadable: boolean;
  /** nothing may be made now; affects only the wording of notes */
  readonly mergeOnly: boolean;
  readonly handlers: RunHandlers;
}

/**
 * Finds the parts that each run must make: missing or damaged ones, those with changed images and, unless images may be
 * skipped, those that skipped an image.
 *
 * @returns missing parts per run, in canonical order, and notes
 */
export async function missingParts(
  assigned: readonly AssignedRun[],
  options: MissingPartsOptions,
): Promise<{ readonly missing: readonly (readonly Part[])[]; readonly notes: readonly Note[] }> {
  const notes: Note[] = [];
  const checks: { readonly missing: readonly Part[]; readonly usable: readonly Part[] }[] = [];
  for (const { run, parts } of assigned) {
    const found = await run.store.check(parts);
    for (const reason of found.damaged) notes.push(makeNote(`${reason}; this part is made again`));
    const missing = new Set([...found.missing, ...(options.skipUnreadable ? [] : found.skipped)]);
    checks.push({ missing: [...missing], usable: parts.filter((part) => !missing.has(part)) });
  }
  const ranges = new Map<ImageContents, ImageRange[]>();
  for (const [r, { run }] of assigned.entries()) {
    ranges.set(run.contents, [...(ranges.get(run.contents) ?? []), ...(checks[r]?.usable ?? [])]);
  }
  const update = updateOptions(options.threads, options.handlers);
  for (const [contents, wanted] of ranges) await contents.update(wanted, update);
  const all: Part[][] = [];
  for (const [r, { run }] of assigned.entries()) {
    const { missing, usable } = checks[r] as (typeof checks)[number];
    const changed = await run.store.compare(usable, run.contents.sha256);
    notes.push(...describeChanges(run, changed, options.mergeOnly ? "have to be made again" : "are made again"));
    all.push([...missing, ...changed.map(({ part }) => part)].sort((a, b) => a.index - b.index));
  }
  return { missing: all, notes };
}

/** Returns options for checking image files with these handlers. */
export function updateOptions(threads: number, { progress, checkStopped }: RunHandlers): UpdateOptions {
  return {
    threads,
    onProgress: (done, total) => progress(planProgress("files", done, total)),
    checkStopped,
  };
}

function describeChanges(run: OpenedRun, parts: readonly ChangedPart[], then: string): Note[] {
  const { checkpoint, benchmark, manifest } = run;
  const about = { checkpoint: checkpoint.id, benchmark: benchmark.id };
  const where = `${checkpoint.id} on ${benchmark.id}`;
  const changed = parts.flatMap((part) => part.changed);
  const readable = parts.flatMap((part) => part.readable);
  const notes: Note[] = [];
  if (changed.length > 0) {
    const text = `${where}: ${countImages(changed.length)} changed since they were embedded: ${nameImages(manifest, changed)}; their parts ${then}`;
    notes.push(makeWarning(text, about));
  }
  if (readable.length > 0) {
    const text = `${where}: ${countImages(readable.length)} could not be read before: ${nameImages(manifest, readable)}; their parts ${then}`;
    notes.push(makeNote(text, about));
  }
  return notes;
}
