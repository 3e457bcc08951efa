import { InputError } from "../../foundation/errors.ts";
import type { CheckpointFacts } from "./checkpoint-facts.ts";
import { parseModelConfigs } from "./model-config.ts";
import { isUnfinishedName, parseWeightName, type WeightName } from "./weight-names.ts";

/** The weights that a checkpoint is made of. */
export interface WeightChoice {
  /** the weight file, or the index of its shards; relative to the checkpoint's folder */
  readonly weights: string;
  readonly notes: readonly string[];
}

/** Why no weights were chosen, for people. */
export interface WeightProblem {
  readonly problem: string;
  readonly needsDraft: false;
}

/**
 * Chooses a folder's weights: those that its configuration describes (open_clip's before transformers'), then plain ones before
 * variants, safetensors before PyTorch's files, one file before shards. A file that was given is taken.
 *
 * @param variant chooses `model.fp16.safetensors` by "fp16"
 * @returns null where the folder has no weights
 * @throws InputError if the variant is none for it, or a download is not whole
 */
export function chooseWeights(facts: CheckpointFacts, variant?: string): WeightChoice | WeightProblem | null {
  const { path, weightFile } = facts;
  if (weightFile !== null) {
    if (variant !== undefined) {
      throw new InputError(`${path}: --variant chooses among a folder's files; this is one file`);
    }
    refuseUnfinished(facts, weightFile);
    return { weights: weightFile, notes: [] };
  }
  const all = facts.weightFiles.flatMap((file) => parseWeightName(file) ?? []);
  const isNamed = all.some(({ family }) => family !== null);
  const chosen = isNamed ? chooseNamed(facts, all, variant) : chooseUnnamed(facts, all, variant);
  if (chosen === null || "problem" in chosen) return chosen;
  refuseUnfinished(facts, chosen.weights);
  return chosen;
}

/** @param all every weight file, those of nobody's names too: another training's may be meant, so they are named as left */
function chooseNamed(
  facts: CheckpointFacts,
  all: readonly WeightName[],
  variant: string | undefined,
): WeightChoice | WeightProblem {
  const named = all.filter(({ family }) => family !== null);
  const plain = named.filter((candidate) => candidate.variant === "");
  const variants = [...new Set(named.map((candidate) => candidate.variant))].filter((name) => name !== "").sort();
  const chosenVariant = variant ?? (plain.length > 0 ? "" : variants.length === 1 ? (variants[0] as string) : null);
  const list = variants.length === 0 ? "it has no variants" : `variants that exist (--variant): ${variants.join(", ")}`;
  if (chosenVariant === null)
    return { problem: `${facts.path}: its weights are variants alone; ${list}`, needsDraft: false };
  const candidates = named.filter((candidate) => candidate.variant === chosenVariant);
  if (candidates.length === 0) {
    const opens = plain.length === 0 ? "" : "; without --variant it opens";
    const found = `found ${named.map(({ file }) => file).join(", ")}`;
    return { problem: `${facts.path}: no variant "${chosenVariant}"; ${list}${opens}; ${found}`, needsDraft: false };
  }
  const family = describedFamily(facts);
  const rank = (candidate: WeightName) =>
    (candidate.family === family ? 0 : 4) + (candidate.format === "safetensors" ? 0 : 2) + (candidate.isIndex ? 1 : 0);
  const [chosen] = [...candidates].sort((a, b) => rank(a) - rank(b) || (a.file < b.file ? -1 : 1));
  const { file } = chosen as WeightName;
  const left = all.filter((candidate) => candidate.file !== file).map((candidate) => candidate.file);
  if (left.length === 0) return { weights: file, notes: [] };
  const note = `${file} is used, not ${left.join(", ")}: of a folder's weights come first those that its configuration describes, then safetensors`;
  return { weights: file, notes: [note] };
}

/** Whose weights the folder's configuration describes. */
function describedFamily(facts: CheckpointFacts): WeightName["family"] {
  const { openClip, huggingFace } = parseModelConfigs(facts);
  if (openClip !== null) return "open_clip";
  return huggingFace?.config.model_type ? "transformers" : "open_clip"; // timm's config.json has no type
}

function chooseUnnamed(
  facts: CheckpointFacts,
  files: readonly WeightName[],
  variant: string | undefined,
): WeightChoice | WeightProblem | null {
  const { path, unfinished, weightFiles } = facts;
  const [only, second] = files;
  if (only === undefined) {
    const shards = weightFiles.filter((file) => parseWeightName(file) === null);
    if (shards.length > 0) {
      return {
        problem: `${path}: shards of weights (${shards.join(", ")}) without their index: expected model.safetensors.index.json or pytorch_model.bin.index.json beside them`,
        needsDraft: false,
      };
    }
    if (unfinished.length === 0) return null;
    return { problem: `${path}: ${describeUnfinished(unfinished)}`, needsDraft: false };
  }
  if (variant !== undefined) throw new InputError(`${path}: no variant "${variant}"; it has no variants`);
  if (second !== undefined) {
    const names = files.map(({ file }) => file).join(", ");
    return { problem: `${path}: several weight files: ${names}; give one of them`, needsDraft: false };
  }
  return { weights: only.file, notes: [] };
}

function describeUnfinished(unfinished: readonly string[]): string {
  return `a download is not whole: ${unfinished.join(", ")}; let it end, or download again`;
}

/** aria2 gives a file its size when it begins, and keeps `NAME.aria2` beside it until all of it is there. */
function refuseUnfinished({ path, unfinished }: CheckpointFacts, file: string): void {
  const beside = unfinished.filter((name) => name.startsWith(`${file}.`) && isUnfinishedName(name));
  if (beside.length > 0) throw new InputError(`${path}: ${describeUnfinished(beside)}`);
}
