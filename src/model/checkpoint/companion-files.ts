import { posix } from "node:path";
import { InputError } from "../../foundation/errors.ts";
import type { CheckpointFacts, CompanionFile } from "./checkpoint-facts.ts";
import { type CheckpointPlace, findPlace } from "./checkpoint-place.ts";
import { listModelFiles, listWeights, type ModelFiles } from "./list-model-files.ts";
import { DENSE_WEIGHTS, POOLING_FILES, poolingFolders } from "./pooling-config.ts";
import { readCompanion, statCompanion } from "./read-companion.ts";
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
 * known that they are there. Graphs and weights are listed, not read.
 *
 * @param path a folder, a repository's folder in the Hub's cache, one .onnx file, or weights
 * @throws InputError if the path is not there, or the Hub's cache does not say which snapshot is meant
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
  const { vocabulary, beside } = tokenizerPlace(facts, described);
  await add([...vocabulary, ...beside], readCompanion);
  return facts;
}

/** What a checkpoint can be made of: the graph that was given alone, the weights that were given and those beside them, or all there is. */
async function modelFiles({ root, singleFile, weightFile }: CheckpointPlace): Promise<ModelFiles> {
  if (singleFile !== null) return { graphs: [singleFile], graphsFault: null, weightFiles: [], unfinished: [] };
  if (weightFile !== null) return { graphs: [], graphsFault: null, ...(await listWeights(root)) };
  return await listModelFiles(root);
}

/** What follows from files that are sound; null where one is not, which is an error for what needs it. */
function validOrNull<T>(parse: () => T): T | null {
  try {
    return parse();
  } catch (cause) {
    if (cause instanceof InputError) return null;
    throw cause;
  }
}
