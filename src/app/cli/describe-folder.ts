import { basename, extname, join, resolve } from "node:path";
import { progressFolder } from "../../evaluation/evaluate/run-progress.ts";
import { readFolderIfThere } from "../../foundation/files/if-there.ts";

/** CSV files that `fit` and `table` write; never read as accuracies. */
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

/** File extensions that identify what a folder contains. */
const KINDS: readonly (readonly [RegExp, string])[] = [
  [/\.(?:onnx|safetensors|pt|pth)$/i, "it looks like a checkpoint: evaluate it first"],
  [/\.npy$/i, "it looks like a store of embeddings: score it with evaluate"],
  [
    /\.(?:jpe?g|png|webp|gif|bmp|tiff?|tar|parquet)$/i,
    "it looks like a folder of images: evaluate checkpoints on it first",
  ],
];
/** Path components from a results folder down to a `metrics.json`, inclusive. */
const RESULT_DEPTH = 5;
/** Maximum number of entries examined, so that large folders are described quickly. */
const MAX_ENTRIES = 5000;

/** Describes a folder without results by the files in it, and suggests what to do. */
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
  return first === undefined ? expected : `${expected}; it contains ${join(...first)}`;
}

/** Whether a folder contains only files that a run in progress or its report has written. */
export async function isEmptyFolder(folder: string): Promise<boolean> {
  const entries = (await readFolderIfThere(folder)) ?? [];
  const isOurs = (name: string, isFile: boolean) =>
    name.startsWith(".") || (isFile ? extname(name) === ".html" || FIT_OUTPUTS.includes(name) : name === "figures");
  const isAtWork = entries.some(({ name }) => name === basename(progressFolder(folder)));
  return isAtWork || entries.every((entry) => isOurs(entry.name, entry.isFile()));
}

/** Lists files in a folder and some levels below it as path components, the nearest first. */
async function filesBelow(folder: string): Promise<string[][]> {
  const files: string[][] = [];
  let seen = 0;
  let level: string[][] = [[]];
  for (let depth = 0; depth <= RESULT_DEPTH && seen < MAX_ENTRIES; depth++) {
    const below: string[][] = [];
    for (const place of level) {
      const entries = (await readFolderIfThere(join(folder, ...place)).catch(() => null)) ?? []; // errors do not matter for a description
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
