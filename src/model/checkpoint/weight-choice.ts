import { InputError } from "../../foundation/errors.ts";
import type { CheckpointFacts } from "./checkpoint-facts.ts";
import { parseModelConfigs } from "./model-config.ts";
import { isUnfinishedName, parseWeightName, type WeightName } from "./weight-names.ts";

/** The weights of a checkpoint. */
export interface WeightChoice {
  /** path of the weight file or the index of its shards, relative to the checkpoint's folder */
  readonly weights: string;
  readonly notes: readonly string[];
}

/** Why no weights were chosen, for messages. */
export interface WeightProblem {
  readonly problem: string;
  readonly needsDraft: false;
}

/**
 * Chooses a folder's weights. Those that its configuration describes come first (open_clip's before transformers'), then plain
 * ones before variants, safetensors before PyTorch files, and one file before shards. A given file is always used.
 *
 * @param variant chooses `model.fp16.safetensors` by "fp16"
 * @returns null if the folder has no weights
 * @throws InputError if the variant does not apply, or a download is incomplete
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

/**
 * @param all every weight file, including those without a published name: they may be the intended ones, so the note lists them
 * as unused
 */
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
    return { problem: `${facts.path}: all its weights are variants; ${list}`, needsDraft: false };
  const candidates = named.filter((candidate) => candidate.variant === chosenVariant);
  if (candidates.length === 0) {
    const opens = plain.length === 0 ? "" : "; it opens without --variant";
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
  const note = `${file} is used, not ${left.join(", ")}: weights that the folder's configuration describes come first, then safetensors`;
  return { weights: file, notes: [note] };
}

/** The library whose configuration describes the folder's weights. */
function describedFamily(facts: CheckpointFacts): WeightName["family"] {
  const { openClip, huggingFace } = parseModelConfigs(facts);
  if (openClip !== null) return "open_clip";
  return huggingFace?.config.model_type ? "transformers" : "open_clip"; // timm's config.json has no model_type
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
        problem: `${path}: shards of weights (${shards.join(", ")}) without an index: expected model.safetensors.index.json or pytorch_model.bin.index.json in the same folder`,
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
  return `incomplete download: ${unfinished.join(", ")}; wait for it, or download again`;
}

/**
 * Refuses an incomplete download of aria2, which allocates a file's full size at the start and keeps `NAME.aria2` until the
 * download is complete.
 */
function refuseUnfinished({ path, unfinished }: CheckpointFacts, file: string): void {
  const partialFiles = unfinished.filter((name) => name.startsWith(`${file}.`) && isUnfinishedName(name));
  if (partialFiles.length > 0) throw new InputError(`${path}: ${describeUnfinished(partialFiles)}`);
}
