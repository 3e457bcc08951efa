import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { SampleLabels } from "../../../src/data/sources/image-source.ts";
import { openSource } from "../../../src/data/sources/source-formats.ts";

/** Labels that are row numbers of the classes. */
export const asTheyAre: SampleLabels = async () => ({ rowOf: Number, warnings: [] });

export interface WebDatasetOptions {
  readonly classes?: number;
  readonly cacheFolder?: string;
  readonly allowIncomplete?: boolean;
}

/**
 * The images of a WebDataset of tars, in the form for tests. Number of classes: the lines of `classnames.txt`, else
 * many.
 */
export async function listWebDataset(root: string, { classes, cacheFolder, allowIncomplete }: WebDatasetOptions = {}) {
  const source = openSource({ format: "tar", root, allowIncomplete });
  const names = join(root, "classnames.txt");
  const named = existsSync(names) ? readFileSync(names, "utf8").trim().split("\n").length : 1000;
  try {
    const listing = await source.list(
      { from: "sample", classes: classes ?? named, labels: asTheyAre },
      { cacheFolder, onFault: () => true },
    );
    if (listing === null) return null;
    const images = [...listing.images].map(({ path, bytes, label, container }) => {
      const { file: tar, position: offset } = container as { file: string; position: number };
      return { tar, member: path.slice(tar.length + 1), offset, bytes, label };
    });
    const { clutter, notes, warnings } = listing.aside;
    return { images, clutter, notes, warnings };
  } finally {
    await source.close();
  }
}
