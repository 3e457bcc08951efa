import { join, posix } from "node:path";
import { InputError } from "../../foundation/errors.ts";
import { type FileState, fileState } from "../../foundation/files/file-state.ts";
import { readError } from "../../foundation/files/read-error.ts";
import { checkExternalData, graphBytes } from "../onnx/external-data.ts";
import { readOnnxModel } from "../onnx/onnx-model.ts";
import { describeWidened } from "../onnx/widen-bfloat16.ts";
import type { CheckpointFacts } from "./checkpoint-facts.ts";
import { type CheckpointSettings, decideSettings, poolsOutside, portRules } from "./checkpoint-settings.ts";
import { readCheckpointFacts } from "./companion-files.ts";
import { readDenseLayer } from "./dense-weights.ts";
import type { ReadFile } from "./fingerprint.ts";
import type { FoundCheckpoint, FoundGraph } from "./found-checkpoint.ts";
import { findLayout, type Layout } from "./layout.ts";
import { layoutKind } from "./layout-kinds.ts";
import { type ModelConfigs, parseModelConfigs } from "./model-config.ts";
import { type PoolingConfig, parsePooling } from "./pooling-config.ts";
import { describeDraft, draftShiftlineJson } from "./shiftline-draft.ts";
import type { TextPooling } from "./text-pooling.ts";

/** Everything that a checkpoint's files say, before onnxruntime is asked. */
export interface ResolvedCheckpoint extends Omit<CheckpointSettings, "graphNotes"> {
  readonly layout: Layout;
  readonly configs: ModelConfigs;
  /** Every file that can change a number. */
  readonly files: readonly ReadFile[];
  readonly notes: readonly string[];
}

/**
 * Reads a checkpoint's files, each once, and decides how they are used; no graph is loaded.
 *
 * @throws InputError if anything is missing, truncated, contradictory or not supported
 */
export async function resolveCheckpoint(path: string, variant?: string): Promise<ResolvedCheckpoint> {
  const facts = await readCheckpointFacts(path);
  const layout = chooseLayout(facts, variant);
  const configs = parseModelConfigs(facts);
  const states = new Map([...facts.companions].map(([file, { state }]) => [file, state]));
  const look = async (file: string) => states.set(file, await stateOf(join(facts.root, file)));
  const graphs: FoundGraph[] = [];
  for (const file of new Set([layout.vision, layout.text])) {
    await look(file);
    graphs.push(readGraph(facts.root, file));
  }
  const found: FoundCheckpoint = { facts, layout, configs, graphs };
  const poolingConfig = choosePooling(found);
  if (poolingConfig?.dense) await look(poolingConfig.dense.weights);
  const settings = decideSettings(found, poolingConfig === null ? undefined : await readPooling(facts, poolingConfig));

  const data = new Map<string, readonly string[]>();
  for (const { file, model } of graphs) {
    const beside = (await checkExternalData(model)).map((location) => posix.join(posix.dirname(file), location));
    data.set(file, beside);
    for (const location of beside) await look(location);
  }
  const files = [...listFiles(found, settings, data), ...(poolingConfig?.files ?? [])];
  const { graphNotes, ...rest } = settings;
  return {
    ...rest,
    layout,
    configs,
    files: files.map(({ role, path }) => ({
      role,
      path,
      state: states.get(path) ?? null,
      content: facts.companions.get(path)?.bytes ?? null,
    })),
    notes: [
      ...layout.notes,
      ...graphNotes,
      ...(poolingConfig === null ? [] : [poolingConfig.description]),
      ...settings.preprocessing.notes,
      ...(settings.textSettings?.notes ?? []),
    ],
  };
}

/**
 * The layout of a checkpoint.
 *
 * @throws InputError if none fits, or several do, with a ready shiftline.json where the graphs allow one
 */
export function chooseLayout(facts: CheckpointFacts, variant?: string): Layout {
  const found = findLayout(facts, variant);
  if (!("problem" in found)) return found;
  const draft = found.needsDraft ? draftShiftlineJson(facts, readableGraphs(facts)) : null;
  const advice =
    draft === null ? "" : `; if they are the towers of one checkpoint, ${describeDraft(facts.root, draft)}`;
  throw new InputError(`${found.problem}${advice}`);
}

/** Graphs that are looked into for a draft; a folder with more is no export. */
const MAX_DRAFTED = 32;

function readableGraphs({ root, graphs }: CheckpointFacts): FoundGraph[] {
  return graphs.slice(0, MAX_DRAFTED).flatMap((file) => {
    try {
      return [readGraph(root, file)];
    } catch (cause) {
      if (cause instanceof InputError) return [];
      throw cause;
    }
  });
}

function readGraph(root: string, file: string): FoundGraph {
  const model = describeWidened(readOnnxModel(join(root, file)));
  return { file, model, bytes: graphBytes(model) };
}

/** What cannot be looked at cannot be read either: reading it says why. */
async function stateOf(path: string): Promise<FileState | null> {
  try {
    return await fileState(path);
  } catch (cause) {
    if (readError(path, cause) instanceof InputError) return null;
    throw cause;
  }
}

function choosePooling({ facts, layout, configs, graphs }: FoundCheckpoint): PoolingConfig | null {
  const text = graphs.find(({ file }) => file === layout.text) as FoundGraph;
  const pools = poolsOutside(layout, portRules(layout, configs), text.model);
  return pools ? parsePooling(facts, layout.shiftline) : null;
}

async function readPooling({ root }: CheckpointFacts, { mode, dense }: PoolingConfig): Promise<TextPooling> {
  return { mode, dense: dense === null ? null : await readDenseLayer(root, dense) };
}

/** Files with their roles, each once. @param data of each graph, the files beside it that hold its weights */
function listFiles(
  { layout, configs }: FoundCheckpoint,
  { text, preprocessing, textSettings }: CheckpointSettings,
  data: ReadonlyMap<string, readonly string[]>,
): { role: string; path: string }[] {
  const files: { role: string; path: string }[] = [];
  const add = (role: string, path: string) => {
    if (!files.some((file) => file.path === path)) files.push({ role, path });
  };
  const addGraph = (role: string, path: string) => {
    add(role, path);
    for (const location of data.get(path) ?? []) add(`${role} data`, location);
  };
  if (layout.vision === layout.text) {
    addGraph(layout.singleFile && text === null ? "vision" : "vision and text", layout.vision);
  } else {
    addGraph("vision", layout.vision);
    addGraph("text", layout.text);
  }
  for (const file of preprocessing.files) add("preprocessing", file);
  if (layout.shiftline !== null) add("preprocessing", "shiftline.json");
  for (const file of textSettings?.files ?? []) add(file.role, file.path);
  const { library } = layoutKind(layout.kind);
  if (library === "open_clip" && configs.openClip !== null && text !== null) add("model config", configs.openClip.file);
  const { pooled } = portRules(layout, configs);
  if (pooled && configs.huggingFace !== null) add("model config", configs.huggingFace.file);
  return files;
}
