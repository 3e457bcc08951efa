import { stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { InputError } from "../../foundation/errors.ts";
import type { EvaluationKey } from "../../foundation/evaluation-key.ts";
import { foldPath } from "../../foundation/files/path-name.ts";

/** A result to write. */
export interface PlannedPlace {
  readonly key: EvaluationKey;
  readonly folder: string;
}

/**
 * Refuses results that would share a folder: template set `a+b` with the default class names and set `a` with class
 * names `b`; or names that differ only in letter case on a case-insensitive file system.
 *
 * @throws InputError naming both
 */
export function checkFoldersDistinct(places: readonly PlannedPlace[], ignoreCase: boolean): void {
  const seen = new Map<string, PlannedPlace>();
  for (const place of places) {
    const id = ignoreCase ? foldPath(place.folder) : place.folder;
    const earlier = seen.get(id);
    if (earlier !== undefined) {
      throw new InputError(
        `${describeKey(earlier.key)} and ${describeKey(place.key)} would both be written to ${place.folder}; rename one of the files, or one of the checkpoints with --name ID=PATH`,
      );
    }
    seen.set(id, place);
  }
}

/** Formats a result's key for messages. */
export function describeKey({ checkpoint, benchmark, protocol, templates, classNames }: EvaluationKey): string {
  return `${checkpoint} on ${benchmark} ${protocol} with templates ${templates} and class names ${classNames}`;
}

/** Whether the file system of an existing or future folder ignores letter case. */
export async function ignoresCase(folder: string): Promise<boolean> {
  for (let path = resolve(folder); ; path = dirname(path)) {
    const name = basename(path);
    if (name === "") return false;
    const found = await stat(path).catch(() => null);
    const swapped = name === name.toUpperCase() ? name.toLowerCase() : name.toUpperCase();
    if (found === null || swapped === name) continue;
    const swappedStats = await stat(join(dirname(path), swapped)).catch(() => null);
    return swappedStats !== null && swappedStats.ino === found.ino && swappedStats.dev === found.dev;
  }
}
