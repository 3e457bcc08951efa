import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import type { Preprocessing } from "../../data/image/preprocessing.ts";
import { InputError } from "../../foundation/errors.ts";
import type { TensorInfo } from "../onnx/onnx-tensor.ts";
import { findCompanion } from "./companion-files.ts";
import { fixedImageSize } from "./graph-feeds.ts";
import { isOpenClipProcessor, parseHuggingFacePreprocessing, refuseOtherWords } from "./hugging-face-preprocessing.ts";
import { type ModelConfigs, readConfig } from "./model-config.ts";
import { parseOpenClipPreprocessing } from "./open-clip-preprocessing.ts";

/** A checkpoint's preprocessing, and the files (relative to its folder) that said so. */
export interface PreprocessingConfig {
  readonly preprocessing: Preprocessing;
  readonly files: readonly string[];
  readonly notes: readonly string[];
  /** Whether the files normalize and the graph has to do it itself, because it takes bytes. */
  readonly leavesNormalization?: boolean;
}

/** `preprocessor_config.json`, or the `image_processor` of `processor_config.json`; null where neither is there. */
export async function readHuggingFace(root: string, pixels: TensorInfo): Promise<PreprocessingConfig | null> {
  const file = await findCompanion(root, "preprocessor_config.json", "onnx/preprocessor_config.json");
  if (file !== null) {
    const { config } = await readConfig(root, file, z.looseObject({}));
    return { ...parseProcessor(config, join(root, file), pixels), files: [file] };
  }
  const processor = await findCompanion(root, "processor_config.json");
  if (processor === null) return null;
  const { config } = await readConfig(root, processor, z.looseObject({ image_processor: z.unknown() }));
  if (config.image_processor === undefined) return null;
  const where = `${join(root, processor)}: image_processor`;
  return { ...parseProcessor(config.image_processor, where, pixels), files: [processor] };
}

/** A processor in transformers' words, or in open_clip's. */
function parseProcessor(json: unknown, where: string, pixels: TensorInfo): Omit<PreprocessingConfig, "files"> {
  const fields = z.record(z.string(), z.unknown()).safeParse(json).data ?? {};
  if (!isOpenClipProcessor(fields)) {
    const preprocessing = parseHuggingFacePreprocessing(json, where);
    refuseOtherWords(fields, preprocessing, where);
    return { preprocessing, notes: [] };
  }
  const graphSize = graphImageSize(pixels);
  const preprocessing = parseOpenClipPreprocessing(json, null, graphSize ?? { height: 224, width: 224 }, where);
  return { preprocessing, notes: [OPEN_CLIP_WORDS, ...noteOfSize(fields.size, graphSize)] };
}

const OPEN_CLIP_WORDS =
  "the image processor is written in open_clip's words (mean, std, resize_mode) and read as open_clip does";

/** Height and width that a graph's input fixes, null where it does not. */
export function graphImageSize(pixels: TensorInfo): { height: number; width: number } | null {
  const { height, width } = fixedImageSize(pixels);
  return height !== null && width !== null ? { height, width } : null;
}

export const OPEN_CLIP_FILES = ["visual/preprocess_cfg.json", "preprocess_cfg.json"];

/** `preprocess_cfg.json`, or the `preprocess_cfg` of `open_clip_config.json`; null where neither is there. */
export async function readOpenClip(
  root: string,
  configs: ModelConfigs,
  pixels: TensorInfo,
): Promise<PreprocessingConfig | null> {
  const imageSize = configs.openClip?.config.vision_cfg?.image_size ?? null;
  const graphSize = graphImageSize(pixels);
  const parse = (json: unknown, file: string) =>
    parseOpenClipPreprocessing(json, imageSize, graphSize ?? { height: 224, width: 224 }, join(root, file));

  const own = await findCompanion(root, ...OPEN_CLIP_FILES);
  const inConfig = configs.openClipPreprocessing;
  const modelFiles = configs.openClip === null ? [] : [configs.openClip.file];
  if (own !== null) {
    const { config } = await readConfig(root, own, z.looseObject({}));
    const preprocessing = parse(config, own);
    if (inConfig !== null && !isDeepStrictEqual(preprocessing, parse(inConfig.config, inConfig.file))) {
      throw new InputError(`${root}: ${own} and ${inConfig.file} prepare images differently; remove the wrong one`);
    }
    return { preprocessing, files: [own, ...modelFiles], notes: noteOfSize(imageSize ?? config.size, graphSize) };
  }
  if (configs.openClip === null || configs.openClip.file !== "open_clip_config.json") return null;
  const cfg = inConfig?.config ?? {};
  const notes = noteOfSize(imageSize ?? cfg.size, graphSize);
  if (inConfig === null) notes.push("open_clip_config.json has no preprocess_cfg: open_clip's defaults are used");
  return { preprocessing: parse(cfg, configs.openClip.file), files: [configs.openClip.file], notes };
}

function noteOfSize(configured: unknown, graphSize: { height: number; width: number } | null): string[] {
  const said = configured !== undefined && configured !== null;
  return said || graphSize !== null ? [] : ["no file says the image size: 224, open_clip's default, is used"];
}
