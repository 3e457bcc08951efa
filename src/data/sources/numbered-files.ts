import { countClutter } from "./clutter.ts";
import { compareText, isImage } from "./folder-entry.ts";
import { type FolderWalk, readEntries } from "./walk-folder.ts";

/** A file in the root, and the number in its name. */
export interface NumberedFile {
  readonly name: string;
  readonly number: number;
}

/**
 * Finds the files in the root whose names have a number, sorted by number; other entries are recorded. Null where there
 * are none.
 */
export function findNumbered(walk: FolderWalk, numberOf: (name: string) => number | undefined): NumberedFile[] | null {
  const files: NumberedFile[] = [];
  const unnumbered: string[] = [];
  for (const entry of readEntries(walk, ".")) {
    const number = entry.isDirectory() ? undefined : numberOf(entry.name);
    if (number !== undefined) files.push({ name: entry.name, number });
    else if (entry.isDirectory()) countClutter(walk.clutter, entry.name);
    else unnumbered.push(entry.name);
  }
  if (files.length === 0) return null;
  for (const name of unnumbered) {
    if (countClutter(walk.clutter, name)) continue;
    if (isImage(name)) walk.looseImages.push(name);
    else walk.strayFiles++;
  }
  return files.sort((a, b) => a.number - b.number || compareText(a.name, b.name));
}
