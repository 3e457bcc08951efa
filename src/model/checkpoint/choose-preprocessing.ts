import { isDeepStrictEqual } from "node:util";
import { createPreprocessing, type Preprocessing } from "../../data/image/preprocessing.ts";
import { InputError } from "../../foundation/errors.ts";
import type { TensorInfo } from "../onnx/onnx-tensor.ts";
import { findCompanion } from "./checkpoint-facts.ts";
import { describeTensor, isChannelsLast } from "./encoder-signature.ts";
import type { FoundCheckpoint } from "./found-checkpoint.ts";
import { fixedImageSize } from "./graph-feeds.ts";
import { layoutKind } from "./layout-kinds.ts";
import { OPEN_CLIP_FILES, parseOpenClipFiles } from "./open-clip-preprocessing.ts";
import { type PreprocessingConfig, preprocessingSource } from "./preprocessing-config.ts";
import { describeDraft, draftShiftlineJson } from "./shiftline-draft.ts";

/**
 * Chooses the preprocessing from the files of the checkpoint's layout: `preprocessor_config.json` (or the `image_processor` of
 * `processor_config.json`); `preprocess_cfg` of `open_clip_config.json` or `preprocess_cfg.json`; `shiftline.json`. A file of
 * another layout is used, with a note, only if the layout's file does not exist.
 *
 * @param pixels the image graph's input: if its height and width are fixed, the preprocessing must produce that size
 * @throws InputError if there is no such file, two files contradict each other, or the size differs from the graph's
 */
export function choosePreprocessing(found: FoundCheckpoint, pixels: TensorInfo): PreprocessingConfig {
  const { facts, layout } = found;
  const config = findPreprocessing(found, pixels) ?? preprocessingOfWeights(found) ?? refuseNoPreprocessing(found);
  const preprocessing = checkRanges(facts.root, config);
  const { height, width } = config.preprocessing.size;
  const graph = fixedImageSize(pixels);
  if ((graph.height ?? height) !== height || (graph.width ?? width) !== width) {
    throw new InputError(
      `${facts.root}: ${config.files.join(" and ")} specify images of ${height} x ${width} pixels, but ${layout.vision} takes ${graph.height ?? height} x ${graph.width ?? width}; one of them belongs to another checkpoint`,
    );
  }
  return forInput(pixels, layout.vision, { ...config, preprocessing });
}

function findPreprocessing(
  { facts, layout, configs }: FoundCheckpoint,
  pixels: TensorInfo,
): PreprocessingConfig | null {
  for (const [i, parse] of layoutKind(layout.kind).preprocessing.entries()) {
    const config = parse(facts, configs, pixels);
    if (config === null) continue;
    if (i === 0) return config;
    const note = `preprocessing from ${config.files.join(" and ")}: the file of the ${layout.kind} layout does not exist`;
    return { ...config, notes: [...config.notes, note] };
  }
  return null;
}

/** The preprocessing that follows from the architecture of weights; null for graphs. */
function preprocessingOfWeights({ facts, weights }: FoundCheckpoint): PreprocessingConfig | null {
  if (weights === null) return null;
  const { preprocessing } = weights;
  if (!("problem" in preprocessing)) return preprocessing;
  throw new InputError(`${facts.path}: no file states the preprocessing: ${preprocessing.problem}`);
}

function refuseNoPreprocessing({ facts, vision, text }: FoundCheckpoint): never {
  const draft = draftShiftlineJson(facts, [vision, text]);
  const advice = draft === null ? "" : `; or ${describeDraft(facts.root, draft)}`;
  throw new InputError(
    `${facts.root}: no file states the preprocessing: expected preprocessor_config.json, open_clip_config.json, preprocess_cfg.json (also in visual/) or shiftline.json${advice}`,
  );
}

function checkRanges(root: string, { preprocessing, files }: PreprocessingConfig): Preprocessing {
  try {
    return createPreprocessing(preprocessing);
  } catch (cause) {
    if (!(cause instanceof InputError)) throw cause;
    throw new InputError(`${root}: ${files.join(" and ")}: ${cause.message}`, { cause });
  }
}

/** Adapts the preprocessing to the graph's input: uint8 pixels are not normalized, and channels may come last. */
function forInput(pixels: TensorInfo, file: string, config: PreprocessingConfig): PreprocessingConfig {
  const notes = [...config.notes];
  if (isChannelsLast(pixels)) notes.push(`${file} takes ${describeTensor(pixels)}: pixels are fed with channels last`);
  if (pixels.type !== "uint8") return { ...config, notes };
  const { mean, std } = config.preprocessing;
  const given = `mean ${mean.join(" ")} and std ${std.join(" ")} of ${config.files.join(" and ")} are not applied outside the graph`;
  notes.push(`${file} takes uint8 pixels, 0 to 255, and normalizes them: ${given}`);
  const plain = { mean: [0, 0, 0], std: [1, 1, 1] } as const;
  const leavesNormalization = !isDeepStrictEqual({ mean: [...mean], std: [...std] }, plain);
  return { ...config, preprocessing: { ...config.preprocessing, ...plain }, notes, leavesNormalization };
}

/**
 * Warns that a Hugging Face layout's preprocessing may differ from that of training, because open_clip's configuration in the
 * same folder specifies another. The layout's file is used.
 */
export function warnOfOtherPreprocessing(
  { facts, layout, configs }: FoundCheckpoint,
  pixels: TensorInfo,
  chosen: PreprocessingConfig,
): string[] {
  if (layoutKind(layout.kind).library !== "transformers") return [];
  const explicit = configs.openClipPreprocessing ?? findCompanion(facts, ...OPEN_CLIP_FILES);
  const isFollowed = chosen.files.some((file) => file === configs.openClip?.file || OPEN_CLIP_FILES.includes(file));
  if (explicit === null || isFollowed) return [];
  const followed = chosen.files.join(" and ");
  try {
    const found = parseOpenClipFiles(facts, configs, pixels);
    const openClip = found && forInput(pixels, layout.vision, found);
    const differing = openClip === null ? [] : differingFields(chosen.preprocessing, openClip.preprocessing);
    if (openClip === null || differing.length === 0) return [];
    return [
      `${followed} and ${openClip.files.join(" and ")} specify different preprocessing (${differing.join("; ")}): ${followed} is used`,
    ];
  } catch (cause) {
    if (!(cause instanceof InputError)) throw cause;
    return [`${followed} is used; the preprocessing of open_clip's configuration is not supported: ${cause.message}`];
  }
}

/**
 * Warns that the preprocessing of the files may be wrong for the weights, because `--arch` names pretrained weights that need
 * another.
 */
export function warnOfArchPreprocessing({ weights }: FoundCheckpoint, chosen: PreprocessingConfig): string[] {
  if (weights === null || !weights.isPretrained || "problem" in weights.preprocessing) return [];
  const { preprocessing, source } = weights.preprocessing;
  const differing = differingFields(chosen.preprocessing, preprocessing);
  if (differing.length === 0) return [];
  const followed = preprocessingSource(chosen);
  return [`${followed} and ${source} specify different preprocessing (${differing.join("; ")}): ${followed} is used`];
}

/** Fields in which two preprocessings differ, with both values; the fill color matters only if something is filled. */
function differingFields(a: Preprocessing, b: Preprocessing): string[] {
  const isFilled = a.resizeMode === "longest" && b.resizeMode === "longest";
  const fields = (["size", "resizeMode", "resize", "interpolation", "mean", "std", "fillColor"] as const).filter(
    (field) => field !== "fillColor" || isFilled,
  );
  const text = (value: unknown) => (typeof value === "string" ? value : (JSON.stringify(value) ?? "none"));
  return fields
    .filter((field) => !isDeepStrictEqual(a[field], b[field]))
    .map((field) => `${field} ${text(a[field])} and ${text(b[field])}`);
}
