import { stat } from "node:fs/promises";
import { basename, dirname, relative, resolve } from "node:path";
import { readError } from "../../foundation/files/read-error.ts";
import type { CheckpointFacts } from "./checkpoint-facts.ts";
import { checkpointName, findHubSnapshot } from "./hub-cache.ts";
import { weightStem } from "./weight-names.ts";

/** The folder that a path denotes, and the file in it if one was given. */
export type CheckpointPlace = Pick<CheckpointFacts, "path" | "root" | "stem" | "singleFile" | "weightFile" | "notes">;

/** @throws InputError if the path does not exist, or the Hub's cache does not define which snapshot to use */
export async function findPlace(path: string): Promise<CheckpointPlace> {
  if (!(await isFolder(path))) return path.endsWith(".onnx") ? placeOfGraph(path) : placeOfWeights(path);
  const snapshot = await findHubSnapshot(path);
  const folder = snapshot?.folder ?? path;
  const root = resolve(folder);
  const notes = snapshot === null ? [] : [snapshot.note];
  return { path: folder, root, stem: folderName(root), singleFile: null, weightFile: null, notes };
}

function placeOfGraph(path: string): CheckpointPlace {
  const absolute = resolve(path);
  const folder = dirname(absolute);
  const isNested = ["onnx", "visual", "textual"].includes(basename(folder));
  const root = isNested ? dirname(folder) : folder;
  const singleFile = relative(root, absolute).replaceAll("\\", "/");
  return { path, root, stem: basename(absolute, ".onnx"), singleFile, weightFile: null, notes: [] };
}

function placeOfWeights(path: string): CheckpointPlace {
  const absolute = resolve(path);
  const root = dirname(absolute);
  const weightFile = basename(absolute);
  return { path, root, stem: weightStem(weightFile) || folderName(root), singleFile: null, weightFile, notes: [] };
}

function folderName(root: string): string {
  return checkpointName(root) || "checkpoint";
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (cause) {
    throw readError(path, cause);
  }
}
