import { posix } from "node:path";
import { InputError } from "../../foundation/errors.ts";
import type { CheckpointFacts, CompanionFile } from "./checkpoint-facts.ts";
import { type CheckpointPlace, findPlace } from "./checkpoint-place.ts";
import { listModelFiles, listWeights, type ModelFiles } from "./list-model-files.ts";
import { DENSE_WEIGHTS, POOLING_FILES, poolingFolders } from "./pooling-config.ts";
import { readCompanion, statCompanion } from "./read-companion.ts";
import { parseShiftlineJson } from "./shiftline-json.ts";
import { TOKENIZER_FOLDERS, tokenizerPlace } from "./tokenizer-place.ts";

/** Configuration files with a fixed name. */
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
 * Reads every small file of a checkpoint once: configurations, and the tokenizer that is used. For other tokenizers only their
 * existence is recorded. Graphs and weights are listed, not read.
 *
 * @param path a folder, a repository's folder in the Hub's cache, one .onnx file, or weights
 * @throws InputError if the path does not exist, or the Hub's cache does not define which snapshot to use
 */
export async function readCheckpointFacts(path: string): Promise<CheckpointFacts> {
  const place = await findPlace(path);
  const companions = new Map<string, CompanionFile>();
  const facts: CheckpointFacts = { ...place, ...(await modelFiles(place)), companions };
  const { graphs } = facts;
  const add = async (names: Iterable<string>, read: typeof statCompanion) => {
    const found = await Promise.all([...new Set(names)].map((name) => read(place.root, name)));
    for (const companion of found) if (companion !== null) companions.set(companion.file, companion);
  };

  await add(CONFIGURATIONS, readCompanion);
  const described = validOrNull(() => parseShiftlineJson(facts));
  const modules = validOrNull(() => poolingFolders(facts));
  const folders = [modules?.pooling, modules?.dense, described?.text.dense].filter(
    (folder) => typeof folder === "string",
  );
  const unread = folders.map((folder) => posix.join(folder, "config.json")).filter((name) => !companions.has(name));
  await add(unread, readCompanion);

  const weights = folders.flatMap((folder) => DENSE_WEIGHTS.map((name) => posix.join(folder, name)));
  const besideGraphs = graphs.map((graph) => posix.join(posix.dirname(graph), "tokenizer.json"));
  const inFolders = ["tokenizer.json", "vocab.json", "merges.txt"].flatMap((name) =>
    TOKENIZER_FOLDERS.map((folder) => posix.join(folder, name)),
  );
  await add([...inFolders, ...besideGraphs, ...weights], statCompanion);
  const { vocabulary, sideFiles } = tokenizerPlace(facts, described);
  await add([...vocabulary, ...sideFiles], readCompanion);
  return facts;
}

/** The candidate model files of a checkpoint: only the given graph; the given weights and others in their folder; or all. */
async function modelFiles({ root, singleFile, weightFile }: CheckpointPlace): Promise<ModelFiles> {
  if (singleFile !== null) return { graphs: [singleFile], graphsFault: null, weightFiles: [], unfinished: [] };
  if (weightFile !== null) return { graphs: [], graphsFault: null, ...(await listWeights(root)) };
  return await listModelFiles(root);
}

/** The parsed value; null if a file is invalid, which is an error only if the value is needed. */
function validOrNull<T>(parse: () => T): T | null {
  try {
    return parse();
  } catch (cause) {
    if (cause instanceof InputError) return null;
    throw cause;
  }
}
