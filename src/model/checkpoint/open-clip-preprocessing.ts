import { z } from "zod";
import { OPENAI_MEAN, OPENAI_STD, type Preprocessing } from "../../data/image/preprocessing.ts";
import { checkJson } from "../../foundation/files/parse-json.ts";

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
 * The preprocessing that an open_clip `preprocess_cfg` describes, what it leaves out as open_clip has it: OpenAI's mean
 * and std, bicubic ("random" means bicubic outside training), shortest, fill colour 0.
 *
 * @param json      the `preprocess_cfg`
 * @param imageSize the model's own image size, which open_clip puts above the `preprocess_cfg`'s; null if not known
 * @param fallback  the size where neither says one
 * @param where     what messages call the file
 * @throws InputError naming each field that is not as it should be
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

/** A size as the JSON files have it, one number or [height, width], as height and width. */
export function heightAndWidth(size: number | readonly number[]): { height: number; width: number } {
  const [height, width] = typeof size === "number" ? [size, size] : [size[0] as number, (size[1] ?? size[0]) as number];
  return { height, width };
}
