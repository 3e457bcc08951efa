import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join, posix, relative, resolve } from "node:path";
import { InputError } from "../../foundation/errors.ts";
import { fileState } from "../../foundation/files/file-state.ts";
import { readError } from "../../foundation/files/read-error.ts";
import { readContent } from "../../foundation/files/read-text.ts";
import { checkRegular } from "../../foundation/files/regular-file.ts";
import type { CheckpointFacts, CompanionFile } from "./checkpoint-facts.ts";
import { GRAPH_FOLDERS } from "./graph-names.ts";
import { checkpointName, findHubSnapshot } from "./hub-cache.ts";
import { ACCEPTED } from "./layout-kinds.ts";
import { DENSE_WEIGHTS, POOLING_FILES, poolingFolders } from "./pooling-config.ts";
import { parseShiftlineJson } from "./shiftline-json.ts";
import { TOKENIZER_FOLDERS, tokenizerPlace } from "./tokenizer-place.ts";

/** Files of the layouts that have one name each. */
const CONFIGURATIONS = [
  "shiftline.json",
  "open_clip_config.json",
  "config.json",
  "preprocess_cfg.json",
  "visual/preprocess_cfg.json",
  "preprocessor_config.json",
  "onnx/preprocessor_config.json",
  "processor_config.json",
  ...POOLING_FILES,
];

/**
 * Reads every small file of a checkpoint, each once: configurations, and of tokenizers the one that is used. Of other tokenizers is
 * known that they are there. Graphs are listed, not read.
 *
 * @param path a folder, a repository's folder in the Hub's cache, or one .onnx file
 * @throws InputError if the path is not there, is neither, or the Hub's cache does not say which snapshot is meant
 */
export async function readCheckpointFacts(path: string): Promise<CheckpointFacts> {
  const place = await findPlace(path);
  const { graphs, graphsFault } =
    place.singleFile === null ? await listGraphs(place.root) : onlyGraph(place.singleFile);
  const companions = new Map<string, CompanionFile>();
  const facts: CheckpointFacts = { ...place, graphs, graphsFault, companions };
  const add = async (names: Iterable<string>, read: typeof lookAt) => {
    const found = await Promise.all([...new Set(names)].map((name) => read(place.root, name)));
    for (const companion of found) if (companion !== null) companions.set(companion.file, companion);
  };

  await add(CONFIGURATIONS, readCompanion);
  const described = whereSound(() => parseShiftlineJson(facts));
  const modules = whereSound(() => poolingFolders(facts));
  const folders = [modules?.pooling, modules?.dense, described?.text.dense].filter(
    (folder) => typeof folder === "string",
  );
  const unread = folders.map((folder) => posix.join(folder, "config.json")).filter((name) => !companions.has(name));
  await add(unread, readCompanion);

  const weights = folders.map((folder) => posix.join(folder, DENSE_WEIGHTS));
  const besideGraphs = graphs.map((graph) => posix.join(posix.dirname(graph), "tokenizer.json"));
  const inFolders = ["tokenizer.json", "vocab.json", "merges.txt"].flatMap((name) =>
    TOKENIZER_FOLDERS.map((folder) => posix.join(folder, name)),
  );
  await add([...inFolders, ...besideGraphs, ...weights], lookAt);
  const { vocabulary, beside } = tokenizerPlace(facts, described);
  await add([...vocabulary, ...beside], readCompanion);
  return facts;
}

type Place = Pick<CheckpointFacts, "path" | "root" | "stem" | "singleFile" | "notes">;

/** Which folder a path means. */
async function findPlace(path: string): Promise<Place> {
  if (!(await isFolder(path))) return placeOfFile(path);
  const snapshot = await findHubSnapshot(path);
  const folder = snapshot?.folder ?? path;
  const root = resolve(folder);
  const notes = snapshot === null ? [] : [snapshot.note];
  return { path: folder, root, stem: checkpointName(root) || "checkpoint", singleFile: null, notes };
}

function placeOfFile(path: string): Place {
  const absolute = resolve(path);
  if (!absolute.endsWith(".onnx")) throw new InputError(`${path}: expected a folder or an .onnx file; ${ACCEPTED}`);
  const folder = dirname(absolute);
  const isNested = ["onnx", "visual", "textual"].includes(basename(folder));
  const root = isNested ? dirname(folder) : folder;
  const singleFile = relative(root, absolute).replaceAll("\\", "/");
  return { path, root, stem: basename(absolute, ".onnx"), singleFile, notes: [] };
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (cause) {
    throw readError(path, cause);
  }
}

type GraphList = Pick<CheckpointFacts, "graphs" | "graphsFault">;

function onlyGraph(file: string): GraphList {
  return { graphs: [file], graphsFault: null };
}

/** The .onnx files of a folder and of the subfolders that layouts use. */
async function listGraphs(root: string): Promise<GraphList> {
  const graphs: string[] = [];
  for (const folder of ["", ...GRAPH_FOLDERS]) {
    try {
      const entries = (await readdir(join(root, folder), { withFileTypes: true })).filter(({ name }) =>
        name.endsWith(".onnx"),
      );
      for (const entry of entries) {
        const path = posix.join(folder, entry.name);
        // Qualcomm AI Hub gives a folder of the graph's name, with the graph and its weights in it
        const inside = entry.isDirectory() ? await lookAt(root, `${path}/model.onnx`) : null;
        if (inside !== null && !inside.isFile) throw inside.fault;
        if (inside !== null) graphs.push(inside.file);
        else if (!entry.isDirectory()) graphs.push(path);
      }
    } catch (cause) {
      const code = (cause as NodeJS.ErrnoException).code;
      if (folder !== "" && (code === "ENOENT" || code === "ENOTDIR")) continue;
      return { graphs: [], graphsFault: faultOf(join(root, folder), cause) };
    }
  }
  return { graphs: graphs.sort(), graphsFault: null };
}

/** Whether a file is there, without its content; null where it is not. */
async function lookAt(root: string, file: string): Promise<CompanionFile | null> {
  const path = join(root, file);
  const companion = { file, path, bytes: null, state: null };
  try {
    checkRegular(path, await stat(path));
    return { ...companion, isFile: true, fault: null };
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ENOTDIR") return null;
    return { ...companion, isFile: false, fault: faultOf(path, cause) };
  }
}

async function readCompanion(root: string, file: string): Promise<CompanionFile | null> {
  const companion = await lookAt(root, file);
  if (companion === null || !companion.isFile) return companion;
  const { path } = companion;
  try {
    const state = await fileState(path);
    return { ...companion, ...(await readContent(path)), state };
  } catch (cause) {
    return { ...companion, fault: faultOf(path, cause) };
  }
}

/** Why a path cannot be read, to be kept. What is no fault of the path is thrown. */
function faultOf(path: string, cause: unknown): InputError {
  const fault = readError(path, cause);
  if (fault instanceof InputError) return fault;
  throw fault;
}

/** What follows from files that are sound; null where one is not, which is an error for what needs it. */
function whereSound<T>(parse: () => T): T | null {
  try {
    return parse();
  } catch (cause) {
    if (cause instanceof InputError) return null;
    throw cause;
  }
}
