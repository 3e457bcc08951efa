import { readdir } from "node:fs/promises";
import { clutterKind } from "../sources/clutter.ts";
import { compareText } from "../sources/folder-entry.ts";
import type { SourcePlace } from "../sources/image-source.ts";
import { SOURCE_FORMATS } from "../sources/source-formats.ts";
import { endingOf } from "./data-place.ts";

/**
 * Names of the containers in a place's root that are of another format than the one that is read there: of several
 * formats the first with images is read, and the others may hold the rest of the set.
 */
export async function containersBeside({ root, files, format }: SourcePlace): Promise<string[]> {
  if (files !== undefined) return []; // what was picked is read
  const read = SOURCE_FORMATS.find(({ name }) => name === format)?.endings ?? [];
  const names = await readdir(root).catch((): string[] => []);
  return names
    .filter((name) => {
      const ending = endingOf(name);
      return ending !== null && !read.includes(ending) && clutterKind(name) === null;
    })
    .sort(compareText);
}
