import type { Benchmark } from "../benchmark/benchmark.ts";
import { classKeys } from "../benchmark/class-list.ts";
import { countClutter } from "../sources/clutter.ts";
import { compareText, isImage } from "../sources/folder-entry.ts";
import { type FolderWalk, readEntries } from "../sources/walk-folder.ts";

/**
 * Which class a folder's name stands for: the value of the class list's column; a number however many zeros are before it
 * ("009" is 9, and comes before "10"); a wnid with the class's name behind it ("n01751748-sea_snake", as Kaggle's copies
 * have it); letters with accents in either Unicode form, as macOS writes one and Linux the other.
 */
export function classNamer(benchmark: Benchmark, key: string): (name: string) => number | undefined {
  const keys = classKeys(benchmark.classes, key, benchmark.path);
  const classOf = new Map(keys.map((value, index) => [value, index]));
  const composed = new Map(keys.map((value, index) => [value.normalize("NFC"), index]));
  return (name) => {
    const own = classOf.get(name) ?? composed.get(name.normalize("NFC"));
    if (own !== undefined) return own;
    if (/^\d+$/.test(name)) return classOf.get(String(Number(name)));
    const wnid = key === "wnid" ? /^(n\d{8})[-_. ]/.exec(name)?.[1] : undefined;
    return wnid === undefined ? undefined : classOf.get(wnid);
  };
}

/** A file of the flat layout: the number in its name, and the wnid where the name holds one. */
export interface NumberedFile {
  readonly name: string;
  readonly number: number;
  readonly wnid: string | undefined;
}

/** The files of the root whose names fit the pattern, by number; what else is there is noted. Null where none fits. */
export function findNumbered(walk: FolderWalk, pattern: string): NumberedFile[] | null {
  const expression = new RegExp(pattern);
  const files: NumberedFile[] = [];
  const others: string[] = [];
  for (const entry of readEntries(walk, ".")) {
    const match = expression.exec(entry.name);
    if (match !== null && !entry.isDirectory()) {
      const wnid = match.slice(2).find((group) => /^n\d{8}$/.test(group ?? ""));
      files.push({ name: entry.name, number: Number(match[1]), wnid });
    } else if (entry.isDirectory()) countClutter(walk.clutter, entry.name);
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
