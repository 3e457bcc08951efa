import { readdir } from "node:fs/promises";
import { clutterKind } from "../sources/clutter.ts";
import { compareText } from "../sources/folder-entry.ts";
import type { SourcePlace } from "../sources/image-source.ts";
import { SOURCE_FORMATS } from "../sources/source-formats.ts";
import { endingOf } from "./data-place.ts";

/**
 * Lists the containers in a place's root that have another format than the one that is read there. The first format
 * with images is read, and containers of other formats may hold the rest of the set.
 */
export async function otherContainers({ root, files, format }: SourcePlace): Promise<string[]> {
  if (files !== undefined) return []; // only the given files are read
  const read = SOURCE_FORMATS.find(({ name }) => name === format)?.endings ?? [];
  const names = await readdir(root).catch((): string[] => []);
  return names
    .filter((name) => {
      const ending = endingOf(name);
      return ending !== null && !read.includes(ending) && clutterKind(name) === null;
    })
    .sort(compareText);
}
