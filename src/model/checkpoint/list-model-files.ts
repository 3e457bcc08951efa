import type { Dirent } from "node:fs";
import { readdir } from "node:fs/promises";
import { join, posix } from "node:path";
import type { CheckpointFacts } from "./checkpoint-facts.ts";
import { GRAPH_FOLDERS } from "./graph-names.ts";
import { faultOf, statCompanion } from "./read-companion.ts";
import { isUnfinishedName, isWeightName } from "./weight-names.ts";

export type ModelFiles = Pick<CheckpointFacts, "graphs" | "graphsFault" | "weightFiles" | "unfinished">;

/** The graphs and weights of a folder: .onnx files, of the subfolders that layouts use too, and weight files of the folder itself. */
export async function listModelFiles(root: string): Promise<ModelFiles> {
  const graphs: string[] = [];
  const weights = await listWeights(root);
  for (const folder of ["", ...GRAPH_FOLDERS]) {
    try {
      const entries = (await readdir(join(root, folder), { withFileTypes: true })).filter(({ name }) =>
        name.endsWith(".onnx"),
      );
      for (const entry of entries) {
        const path = posix.join(folder, entry.name);
        // Qualcomm AI Hub gives a folder of the graph's name, with the graph and its weights in it
        const inside = entry.isDirectory() ? await statCompanion(root, `${path}/model.onnx`) : null;
        if (inside !== null && !inside.isFile) throw inside.fault;
        if (inside !== null) graphs.push(inside.file);
        else if (!entry.isDirectory()) graphs.push(path);
      }
    } catch (cause) {
      const code = (cause as NodeJS.ErrnoException).code;
      if (folder !== "" && (code === "ENOENT" || code === "ENOTDIR")) continue;
      return { ...weights, graphs: [], graphsFault: faultOf(join(root, folder), cause) };
    }
  }
  return { ...weights, graphs: graphs.sort(), graphsFault: null };
}

/** Weight files and unfinished downloads of them; none where the folder cannot be listed. */
export async function listWeights(root: string): Promise<Pick<ModelFiles, "weightFiles" | "unfinished">> {
  const names = await namesIn(root);
  const weightFiles = names.filter(isWeightName);
  const unfinished = names.filter((name) => isUnfinishedName(name) && isWeightName(name.replace(/\.\w+$/, "")));
  if (weightFiles.length > 0) return { weightFiles, unfinished };
  // Where the Hub's client puts what it has not whole: in the cache among the blobs, of a plain folder in one of its own
  for (const folder of [join("..", "..", "blobs"), join(".cache", "huggingface", "download")]) {
    const parts = (await namesIn(join(root, folder))).filter((name) => name.endsWith(".incomplete"));
    unfinished.push(...parts.map((name) => join(folder, name)));
  }
  return { weightFiles, unfinished };
}

async function namesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((): Dirent[] => []);
  return entries
    .filter((entry) => !entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}
