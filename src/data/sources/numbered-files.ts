import { countClutter } from "./clutter.ts";
import { compareText, isImage } from "./folder-entry.ts";
import { type FolderWalk, readEntries } from "./walk-folder.ts";

/** A file of the root, and the number in its name. */
export interface NumberedFile {
  readonly name: string;
  readonly number: number;
}

/** The files of the root whose names have a number, by number; what else is there is noted. Null where none has. */
export function findNumbered(walk: FolderWalk, numberOf: (name: string) => number | undefined): NumberedFile[] | null {
  const files: NumberedFile[] = [];
  const others: string[] = [];
  for (const entry of readEntries(walk, ".")) {
    const number = entry.isDirectory() ? undefined : numberOf(entry.name);
    if (number !== undefined) files.push({ name: entry.name, number });
    else if (entry.isDirectory()) countClutter(walk.clutter, entry.name);
    else others.push(entry.name);
  }
  if (files.length === 0) return null;
  for (const name of others) {
    if (countClutter(walk.clutter, name)) continue;
    if (isImage(name)) walk.looseImages.push(name);
    else walk.strayFiles++;
  }
  return files.sort((a, b) => a.number - b.number || compareText(a.name, b.name));
}
