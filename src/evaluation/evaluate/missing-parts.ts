import { makeNote, makeWarning, type Note } from "../../foundation/notes.ts";
import type { ImageContents, ImageRange } from "../embedding/image-contents.ts";
import type { ChangedPart, Part } from "../store/part-store.ts";
import type { EvaluateOptions } from "./evaluate-options.ts";
import type { PlannedRun } from "./evaluation-plan.ts";

/** Images named one by one in a warning; of more, the number. */
const FEW = 3;

/**
 * The parts that each run has to make: those not there, those damaged, those made of images whose content has changed
 * and, where nothing may be skipped, those that skipped an image.
 *
 * @param ours  for each run, the parts it may make
 * @param notes what the user should know of them is added
 */
export async function missingParts(
  runs: readonly Omit<PlannedRun, "missing">[],
  ours: readonly (readonly Part[])[],
  options: EvaluateOptions & { readonly threads: number },
  notes: Note[],
): Promise<(readonly Part[])[]> {
  const checks: { readonly missing: readonly Part[]; readonly usable: readonly Part[] }[] = [];
  for (const [r, { store }] of runs.entries()) {
    const parts = ours[r] as readonly Part[];
    const found = await store.check(parts);
    for (const reason of found.damaged) notes.push(makeNote(`${reason}; this part is made again`));
    const missing = new Set([...found.missing, ...(options.skipUnreadable ? [] : found.skipped)]);
    checks.push({ missing: [...missing], usable: parts.filter((part) => !missing.has(part)) });
  }
  const ranges = new Map<ImageContents, ImageRange[]>();
  for (const [r, { contents }] of runs.entries()) {
    ranges.set(contents, [...(ranges.get(contents) ?? []), ...(checks[r]?.usable ?? [])]);
  }
  for (const [contents, wanted] of ranges) await contents.update(wanted, updateOptions(options));
  const all: Part[][] = [];
  for (const [r, run] of runs.entries()) {
    const { missing, usable } = checks[r] as (typeof checks)[number];
    const changed = await run.store.compare(usable, run.contents.sha256);
    notes.push(...describeChanges(run, changed, options.mergeOnly ? "have to be made again" : "are made again"));
    all.push([...missing, ...changed.map(({ part }) => part)].sort((a, b) => a.index - b.index));
  }
  return all;
}

/** How image files are looked at in a run of these options. */
export function updateOptions({ threads, onProgress, signal }: EvaluateOptions & { readonly threads: number }) {
  return {
    threads,
    onProgress: (done: number, total: number) => onProgress?.({ phase: "files", done, total, imagesAhead: 0 }),
    checkStopped: () => signal?.throwIfAborted(),
  };
}

function describeChanges(run: Omit<PlannedRun, "missing">, parts: readonly ChangedPart[], then: string): Note[] {
  const { checkpoint, benchmark } = run;
  const about = { checkpoint: checkpoint.id, benchmark: benchmark.id };
  const where = `${checkpoint.id} on ${benchmark.id}`;
  const changed = parts.flatMap((part) => part.changed);
  const readable = parts.flatMap((part) => part.readable);
  const notes: Note[] = [];
  if (changed.length > 0) {
    const text = `${where}: ${images(changed.length)} changed since they were embedded: ${nameImages(run, changed)}; their parts ${then}`;
    notes.push(makeWarning(text, about));
  }
  if (readable.length > 0) {
    const text = `${where}: ${images(readable.length)} could not be read before: ${nameImages(run, readable)}; their parts ${then}`;
    notes.push(makeNote(text, about));
  }
  return notes;
}

export function images(n: number): string {
  return n === 1 ? "1 image" : `${n} images`;
}

/** The first images of a list by their paths, and how many more there are. */
export function nameImages({ manifest }: Pick<PlannedRun, "manifest">, positions: readonly number[]): string {
  const named = positions.slice(0, FEW).map((position) => manifest.images.at(position).path);
  const more = positions.length - named.length;
  return `${named.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
