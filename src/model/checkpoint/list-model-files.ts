import type { Dirent } from "node:fs";
import { readdir } from "node:fs/promises";
import { join, posix } from "node:path";
import type { CheckpointFacts } from "./checkpoint-facts.ts";
import { GRAPH_FOLDERS } from "./graph-names.ts";
import { faultOf, statCompanion } from "./read-companion.ts";
import { isUnfinishedName, isWeightName } from "./weight-names.ts";

export type ModelFiles = Pick<CheckpointFacts, "graphs" | "graphsFault" | "weightFiles" | "unfinished">;

/**
 * Lists the graphs and weights of a folder: .onnx files, including those in the subfolders that layouts use, and weight files of
 * the folder itself.
 */
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
        // Qualcomm AI Hub exports a folder with the graph's name that contains the graph and its weights
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

/** Lists weight files and their unfinished downloads; none if the folder cannot be listed. */
export async function listWeights(root: string): Promise<Pick<ModelFiles, "weightFiles" | "unfinished">> {
  const names = await namesIn(root);
  const weightFiles = names.filter(isWeightName);
  const unfinished = names.filter((name) => isUnfinishedName(name) && isWeightName(name.replace(/\.\w+$/, "")));
  if (weightFiles.length > 0) return { weightFiles, unfinished };
  // The Hub's client stores incomplete downloads among the blobs of the cache, or in a separate subfolder of a plain folder
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
