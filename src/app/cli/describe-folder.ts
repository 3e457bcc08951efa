import { basename, extname, join, resolve } from "node:path";
import { progressFolder } from "../../evaluation/evaluate/run-progress.ts";
import { readFolderIfThere } from "../../foundation/files/if-there.ts";

/** CSV files that `fit` and `table` write: never read as accuracies. */
export const FIT_OUTPUTS: readonly string[] = [
  "fits.csv",
  "robustness.csv",
  "influence.csv",
  "relative.csv",
  "groups.csv",
  "group-tests.csv",
  "group-effects.csv",
  "replicates.csv",
  "mixtures.csv",
  "mixture-places.csv",
  "scaling.csv",
  "table.csv",
  "agreement.csv",
  "agreement-lines.csv",
  "agreement-predictions.csv",
];

/** File endings that say what a folder is of. */
const KINDS: readonly (readonly [RegExp, string])[] = [
  [/\.(?:onnx|safetensors|pt|pth)$/i, "it looks like a checkpoint: evaluate it first"],
  [/\.npy$/i, "it looks like a store of embeddings: evaluate scores what is in it"],
  [
    /\.(?:jpe?g|png|webp|gif|bmp|tiff?|tar|parquet)$/i,
    "it looks like a folder of images: evaluate checkpoints on it first",
  ],
];
/** Names on the way from a results folder to a `metrics.json`, with it. */
const RESULT_DEPTH = 5;
/** Entries that are looked at: enough to say what a folder is, whatever its size. */
const MAX_ENTRIES = 5000;

/** What a folder without results is, as far as its files say it, and what to do. */
export async function describeNoResults(folder: string): Promise<string> {
  const expected = `${folder}: expected results (metrics.json files) or CSV files of accuracies, found none`;
  const paths = await filesBelow(folder);
  const metrics = paths.find((path) => path.at(-1) === "metrics.json");
  if (metrics !== undefined) {
    const up = RESULT_DEPTH - metrics.length;
    const place = up > 0 ? resolve(folder, ...Array(up).fill("..")) : join(folder, ...metrics.slice(0, -RESULT_DEPTH));
    return `${expected}; the results folder is ${up > 0 ? "above" : "below"}: ${place}`;
  }
  for (const [ending, what] of KINDS) {
    const found = paths.find((path) => ending.test(path.at(-1) as string));
    if (found !== undefined) return `${expected}; ${what} (${join(...found)})`;
  }
  const [first] = paths;
  return first === undefined ? expected : `${expected}; in it is ${join(...first)}`;
}

/** Whether nothing is in a folder but what a run under way or a report of it has put there. */
export async function isEmptyFolder(folder: string): Promise<boolean> {
  const entries = (await readFolderIfThere(folder)) ?? [];
  const isOurs = (name: string, isFile: boolean) =>
    name.startsWith(".") || (isFile ? extname(name) === ".html" || FIT_OUTPUTS.includes(name) : name === "figures");
  const isAtWork = entries.some(({ name }) => name === basename(progressFolder(folder)));
  return isAtWork || entries.every((entry) => isOurs(entry.name, entry.isFile()));
}

/** Files in a folder and some levels below it, as the names on the way; the nearest first. */
async function filesBelow(folder: string): Promise<string[][]> {
  const files: string[][] = [];
  let seen = 0;
  let level: string[][] = [[]];
  for (let depth = 0; depth <= RESULT_DEPTH && seen < MAX_ENTRIES; depth++) {
    const below: string[][] = [];
    for (const place of level) {
      const entries = (await readFolderIfThere(join(folder, ...place)).catch(() => null)) ?? []; // only to describe it
      for (const entry of entries) {
        if (seen++ >= MAX_ENTRIES) break;
        if (entry.isDirectory() && !entry.name.startsWith(".")) below.push([...place, entry.name]);
        if (entry.isFile()) files.push([...place, entry.name]);
      }
    }
    level = below;
  }
  return files;
}
