import { InputError } from "../../foundation/errors.ts";
import type { CheckpointFacts } from "./checkpoint-facts.ts";
import { type CheckpointSettings, decideSettings, signatureRules } from "./checkpoint-settings.ts";
import { readCheckpointFacts } from "./companion-files.ts";
import { compileWeights } from "./compile-weights.ts";
import type { ReadFile } from "./fingerprint.ts";
import type { FoundCheckpoint, FoundGraph } from "./found-checkpoint.ts";
import type { FoundModel, RoleFile } from "./found-model.ts";
import { findLayout, type Layout } from "./layout.ts";
import { layoutKind } from "./layout-kinds.ts";
import type { ModelConfigs } from "./model-config.ts";
import { readExport, readGraph } from "./read-export.ts";
import { describeDraft, draftShiftlineJson } from "./shiftline-draft.ts";
import type { WeightChoice } from "./weight-choice.ts";
import type { WeightFacts } from "./weight-facts.ts";

/** Everything known from a checkpoint's files, before onnxruntime loads a graph. */
export interface ResolvedCheckpoint extends Omit<CheckpointSettings, "graphNotes"> {
  readonly layout: Layout;
  readonly configs: ModelConfigs;
  /** The source of compiled graphs; null for exported graphs. */
  readonly weights: WeightFacts | null;
  /** Every file that can affect a result. */
  readonly files: readonly ReadFile[];
  readonly notes: readonly string[];
}

export interface ResolveOptions {
  /** chooses among the files of a folder */
  readonly variant?: string | undefined;
  /** the architecture of weights, if no file describes it */
  readonly arch?: string | undefined;
}

/**
 * Reads each of a checkpoint's files once, compiles its weights if it has no graphs, and decides how it is used; no graph is
 * loaded.
 *
 * @throws InputError if anything is missing, truncated, contradictory or not supported
 */
export async function resolveCheckpoint(path: string, options: ResolveOptions = {}): Promise<ResolvedCheckpoint> {
  const { variant, arch } = options;
  const facts = await readCheckpointFacts(path);
  const chosen = chooseLayout(facts, variant);
  if (arch !== undefined && !("weights" in chosen)) {
    const { vision, text } = chosen;
    throw new InputError(
      `${path}: --arch ${arch} applies to weights only, but this checkpoint consists of graphs (${[...new Set([vision, text])].join(", ")})`,
    );
  }
  const model = "weights" in chosen ? await compileWeights(facts, chosen, arch) : await readExport(facts, chosen);
  const { found, states } = model;
  const settings = decideSettings(found, model.pooling);
  const { graphNotes, ...rest } = settings;
  return {
    ...rest,
    layout: found.layout,
    configs: found.configs,
    weights: found.weights?.facts ?? null,
    files: listFiles(model, settings).map(({ role, path }) => ({
      role,
      path,
      state: states.get(path) ?? facts.companions.get(path)?.state ?? null,
      content: facts.companions.get(path)?.bytes ?? null,
    })),
    notes: [
      ...model.notes,
      ...graphNotes,
      ...model.laterNotes,
      ...settings.preprocessing.notes,
      ...(settings.textSettings?.notes ?? []),
    ],
    warnings: [...model.warnings, ...settings.warnings],
  };
}

/**
 * Chooses the graphs or the weights of a checkpoint.
 *
 * @throws InputError if no layout fits or several do, with a draft of a shiftline.json if possible
 */
export function chooseLayout(facts: CheckpointFacts, variant?: string): Layout | WeightChoice {
  const found = findLayout(facts, variant);
  if (!("problem" in found)) return found;
  const draft = found.needsDraft ? draftShiftlineJson(facts, readableGraphs(facts)) : null;
  const advice =
    draft === null ? "" : `; if they are the towers of one checkpoint, ${describeDraft(facts.root, draft)}`;
  throw new InputError(`${found.problem}${advice}`, { detail: "detail" in found ? found.detail : undefined });
}

/** Maximum number of graphs that are read for a draft; a folder with more is not an export. */
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

/** Files with their roles, each once. */
function listFiles(
  { found, files: ofModel, poolingFiles }: FoundModel,
  { text, preprocessing, textSettings }: CheckpointSettings,
): RoleFile[] {
  const { layout, configs } = found;
  const files: RoleFile[] = [];
  const add = (role: string, path: string) => {
    if (!files.some((file) => file.path === path)) files.push({ role, path });
  };
  for (const { role, path } of ofModel) add(role, path);
  for (const file of preprocessing.files) add("preprocessing", file);
  if (layout.shiftline !== null) add("preprocessing", "shiftline.json");
  for (const file of textSettings?.files ?? []) add(file.role, file.path);
  for (const file of modelConfigs(found, text !== null)) add("model config", file);
  return [...files, ...poolingFiles].filter(({ path }) => path !== configs.openClip?.file || !configs.openClip.isNamed);
}

/** Files that describe the model, if they can affect a result. */
function modelConfigs({ layout, configs, weights }: FoundCheckpoint, hasText: boolean): string[] {
  const { library } = layoutKind(layout.kind);
  const files: string[] = [];
  if (library === "open_clip" && configs.openClip !== null && hasText) files.push(configs.openClip.file);
  const { pooled } = signatureRules(layout, configs);
  const describes = pooled || (weights !== null && library === "transformers");
  if (describes && configs.huggingFace !== null) files.push(configs.huggingFace.file);
  return files;
}
