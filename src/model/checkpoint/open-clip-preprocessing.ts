import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { OPENAI_MEAN, OPENAI_STD, type Preprocessing } from "../../data/image/preprocessing.ts";
import { InputError } from "../../foundation/errors.ts";
import { jsonAs } from "../../foundation/files/file-content.ts";
import { checkJson } from "../../foundation/files/parse-json.ts";
import type { TensorInfo } from "../onnx/onnx-tensor.ts";
import { type CheckpointFacts, findCompanion } from "./checkpoint-facts.ts";
import type { ModelConfigs } from "./model-config.ts";
import { graphImageSize, heightAndWidth, noteOfSize, type PreprocessingConfig } from "./preprocessing-config.ts";

const side = z.number().int().positive();
const sizeSchema = z.union([side, z.array(side).min(1).max(2)]);

const schema = z.looseObject({
  size: sizeSchema.nullish(),
  mode: z.literal("RGB").nullish(),
  mean: z.tuple([z.number(), z.number(), z.number()]).nullish(),
  std: z.tuple([z.number().positive(), z.number().positive(), z.number().positive()]).nullish(),
  interpolation: z.enum(["bicubic", "bilinear", "random"]).nullish(),
  resize_mode: z.enum(["shortest", "squash", "longest"]).nullish(),
  fill_color: z.number().int().min(0).max(255).nullish(),
});

/**
 * Parses the preprocessing from an open_clip `preprocess_cfg`. Missing fields have open_clip's defaults: OpenAI's mean and std,
 * bicubic ("random" means bicubic outside training), shortest, fill color 0.
 *
 * @param json      the `preprocess_cfg`
 * @param imageSize the model's image size, which takes precedence over that of the `preprocess_cfg` in open_clip; null if unknown
 * @param fallback  the size if neither specifies one
 * @param where     name of the file in messages
 * @throws InputError with each invalid field
 * @see open_clip 3.3.0 src/open_clip/transform.py `PreprocessCfg`, factory.py `create_model`
 */
export function parseOpenClipPreprocessing(
  json: unknown,
  imageSize: number | readonly number[] | null,
  fallback: { readonly height: number; readonly width: number },
  where: string,
): Preprocessing {
  const config = checkJson(json, where, schema);
  const size = imageSize ?? config.size ?? null;
  return {
    size: size === null ? fallback : heightAndWidth(size),
    resizeMode: config.resize_mode ?? "shortest",
    interpolation: config.interpolation === "bilinear" ? "bilinear" : "bicubic",
    mean: config.mean ?? OPENAI_MEAN,
    std: config.std ?? OPENAI_STD,
    fillColor: config.fill_color ?? 0,
  };
}

/** Files that contain only a `preprocess_cfg`. */
export const OPEN_CLIP_FILES: readonly string[] = ["visual/preprocess_cfg.json", "preprocess_cfg.json"];

/** Parses `preprocess_cfg.json`, or the `preprocess_cfg` of `open_clip_config.json`; null if neither exists. */
export function parseOpenClipFiles(
  facts: CheckpointFacts,
  configs: ModelConfigs,
  pixels: TensorInfo,
): PreprocessingConfig | null {
  const imageSize = configs.openClip?.config.vision_cfg?.image_size ?? null;
  const graphSize = graphImageSize(pixels);
  const parse = (json: unknown, file: string) =>
    parseOpenClipPreprocessing(json, imageSize, graphSize ?? { height: 224, width: 224 }, join(facts.root, file));

  const found = findCompanion(facts, ...OPEN_CLIP_FILES);
  const inConfig = configs.openClipPreprocessing;
  const modelFiles = configs.openClip === null ? [] : [configs.openClip.file];
  if (found !== null) {
    const config = jsonAs(found, z.looseObject({}));
    const preprocessing = parse(config, found.file);
    if (inConfig !== null && !isDeepStrictEqual(preprocessing, parse(inConfig.config, inConfig.file))) {
      throw new InputError(
        `${facts.root}: ${found.file} and ${inConfig.file} specify different preprocessing; remove the wrong one`,
      );
    }
    const notes = noteOfSize(imageSize ?? config.size, graphSize);
    return { preprocessing, files: [found.file, ...modelFiles], notes };
  }
  if (configs.openClip === null || configs.openClip.file !== "open_clip_config.json") return null;
  const cfg = inConfig?.config ?? {};
  const notes = noteOfSize(imageSize ?? cfg.size, graphSize);
  if (inConfig === null) notes.push("open_clip_config.json has no preprocess_cfg: open_clip's defaults are used");
  return { preprocessing: parse(cfg, configs.openClip.file), files: [configs.openClip.file], notes };
}
