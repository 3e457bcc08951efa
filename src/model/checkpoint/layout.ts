import { posix } from "node:path";
import { InputError } from "../../foundation/errors.ts";
import { type CheckpointFacts, findCompanion } from "./checkpoint-facts.ts";
import { describeContents } from "./describe-contents.ts";
import {
  type ChosenGraphs,
  chooseGraphs,
  type GraphGroup,
  groupGraphs,
  listVariants,
  parseVariant,
} from "./graph-names.ts";
import { ACCEPTED, type LayoutId } from "./layout-kinds.ts";
import { parseShiftlineJson, type ShiftlineJson } from "./shiftline-json.ts";
import { chooseWeights, type WeightChoice } from "./weight-choice.ts";
import { isWeightName } from "./weight-names.ts";

/** The files of a checkpoint that contain its graphs; paths are relative to `root`, with "/" as separator. */
export interface Layout {
  readonly kind: LayoutId;
  /** Absolute path of the folder that contains the checkpoint's files. */
  readonly root: string;
  /** Name of the folder, or of the file without its extension; in the Hub's cache, that of the repository. */
  readonly stem: string;
  /** The graph that takes images; equal to `text` if one graph takes both. */
  readonly vision: string;
  /** The graph that takes texts. */
  readonly text: string;
  /** Whether a single file was given: only its graph shows which towers it contains. */
  readonly singleFile: boolean;
  readonly shiftline: ShiftlineJson | null;
  readonly notes: readonly string[];
}

/** Why no layout was found, for messages. */
export interface LayoutProblem {
  readonly problem: string;
  /** The accepted formats, if listing them may help. */
  readonly detail?: string;
  /** Whether a shiftline.json for the folder's graphs would help. */
  readonly needsDraft: boolean;
}

/**
 * Finds a checkpoint's graphs by their file names, or its weights if it has no graph. Nothing is guessed: a folder that fits two
 * layouts or none is a problem, which lists the found files and the accepted formats.
 *
 * @param variant suffix of another precision in Hugging Face's naming: "fp16" selects `vision_model_fp16.onnx` for each tower
 *   that has it; by tower: "vision=fp16,text=int8"
 * @throws InputError if the folder cannot be listed, its shiftline.json is damaged, or the variant does not apply
 */
export function findLayout(facts: CheckpointFacts, variant?: string): Layout | WeightChoice | LayoutProblem {
  if (facts.singleFile !== null) return layoutOfFile(facts, facts.singleFile, variant);
  const shiftline = parseShiftlineJson(facts);
  if (shiftline !== null) return layoutOfShiftline(facts, shiftline, variant);
  if (facts.graphsFault !== null) throw facts.graphsFault;
  const weights = facts.graphs.length === 0 ? chooseWeights(facts, variant) : null;
  if (weights !== null) return weights;
  const { path, root, stem, graphs: files } = facts;
  const choice = variant === undefined ? null : parseVariant(variant);
  if (variant !== undefined && choice === null) {
    throw new InputError(`--variant ${variant}: expected a name, or vision=NAME,text=NAME for each tower`);
  }
  const groups = groupGraphs(files);
  const whole = groups.flatMap((group) => {
    const graphs = chooseGraphs(group, choice);
    return graphs === null ? [] : [{ group, graphs }];
  });
  if (whole.length > 1) {
    const names = whole.map(({ graphs: { vision, text } }) => [...new Set([vision, text])].join(" with "));
    return {
      problem: `${path}: more than one layout fits: ${names.join("; ")}; keep one of them, or name the files in a shiftline.json`,
      needsDraft: true,
    };
  }
  const [found] = whole;
  if (found === undefined) return notWhole(facts, groups, variant);
  const { kind, notes } = describeGroup(facts, found.group, found.graphs);
  const { vision, text } = found.graphs;
  return { kind, root, stem, vision, text, singleFile: false, shiftline: null, notes: [...facts.notes, ...notes] };
}

function describeGroup(
  facts: CheckpointFacts,
  { kind }: GraphGroup,
  { vision, text, notes }: ChosenGraphs,
): Pick<Layout, "kind" | "notes"> {
  if (kind !== "words") return { kind, notes };
  // Their names belong to no layout, so the preprocessing files of the folder decide
  const described = hasProcessor(facts) ? "hugging-face" : "open_clip";
  const note = `${vision} and ${text} are read as the towers of one checkpoint because of their names, in the ${described} layout because of the other files`;
  return { kind: described, notes: [note] };
}

function notWhole(
  { path, root, graphs: files, weightFiles }: CheckpointFacts,
  groups: readonly GraphGroup[],
  variant: string | undefined,
): LayoutProblem {
  const found =
    files.length === 0 ? `no .onnx file and no weights in it; ${describeContents(root)}` : `found ${files.join(", ")}`;
  const advice = weightFiles.length === 0 ? "" : `; to use its weights, give their file (${weightFiles.join(", ")})`;
  const variants = listVariants(groups);
  const needsDraft = variants.length === 0; // a variant is the simpler advice
  const variantList = variants.length === 0 ? "" : `; variants that exist (--variant): ${variants.join(", ")}`;
  if (variant !== undefined) {
    const plain = groups.some((group) => chooseGraphs(group, null) !== null) ? "; it opens without --variant" : "";
    const problem = `${path}: no variant "${variant}"${variantList || "; it has no variants"}${plain}; ${found}`;
    return { problem, needsDraft: false };
  }
  for (const { kind, names, vision, text } of groups) {
    if (kind === "words" || vision.has("") === text.has("")) continue;
    const [given, missing, tower] = vision.has("")
      ? [names.vision, names.text, "text"]
      : [names.text, names.vision, "image"];
    const problem = `${path}: ${given}.onnx has no matching graph of the ${tower} tower: expected ${missing}.onnx; ${found}${variantList}${advice}`;
    return { problem, needsDraft, detail: ACCEPTED };
  }
  return {
    problem: `${path}: not a checkpoint of a known layout: ${found}${variantList}${advice}`,
    needsDraft,
    detail: ACCEPTED,
  };
}

function layoutOfFile(facts: CheckpointFacts, file: string, variant: string | undefined): Layout {
  const { path, root, stem, notes } = facts;
  if (variant !== undefined)
    throw new InputError(`${path}: --variant chooses among a folder's files; this is one file`);
  const shiftline = parseShiftlineJson(facts);
  if (shiftline !== null) {
    const named = [shiftline.vision.file, shiftline.text.file];
    if (named.includes(file)) return layoutOfShiftline(facts, shiftline, undefined);
    throw new InputError(
      `${path}: the shiftline.json in its folder names other files (${named.join(", ")}); give the folder, or move the shiftline.json`,
    );
  }
  const isOpenClip = /^(visual|textual)(\/model)?(_[^/]*)?\.onnx$/.test(file) || hasOnlyOpenClipConfig(facts);
  const kind = isOpenClip ? "open_clip" : "hugging-face";
  return { kind, root, stem, vision: file, text: file, singleFile: true, shiftline: null, notes };
}

function layoutOfShiftline(facts: CheckpointFacts, shiftline: ShiftlineJson, variant: string | undefined): Layout {
  const { path, root, stem, notes, weightFile } = facts;
  const named = [shiftline.vision.file, shiftline.text.file];
  if (weightFile !== null) {
    throw new InputError(
      `${path}: the shiftline.json in its folder names graphs (${[...new Set(named)].join(", ")}); give the folder, or move the shiftline.json`,
    );
  }
  const weights = named.find((file) => isWeightName(posix.basename(file)));
  if (weights !== undefined) {
    throw new InputError(
      `${path}: its shiftline.json names weights (${weights}), but it describes .onnx graphs; weights are described by open_clip_config.json, or by config.json and preprocessor_config.json: move the shiftline.json`,
    );
  }
  if (variant !== undefined) {
    throw new InputError(`${path}: --variant does not apply: its shiftline.json names the files`);
  }
  const [vision, text] = named as [string, string];
  return { kind: "shiftline", root, stem, vision, text, singleFile: false, shiftline, notes };
}

function hasOnlyOpenClipConfig(facts: CheckpointFacts): boolean {
  return !hasProcessor(facts) && findCompanion(facts, "open_clip_config.json", "preprocess_cfg.json") !== null;
}

function hasProcessor(facts: CheckpointFacts): boolean {
  return (
    findCompanion(facts, "preprocessor_config.json", "onnx/preprocessor_config.json", "processor_config.json") !== null
  );
}
