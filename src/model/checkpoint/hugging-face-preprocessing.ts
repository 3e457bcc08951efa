import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { type Interpolation, OPENAI_MEAN, OPENAI_STD, type Preprocessing } from "../../data/image/preprocessing.ts";
import { InputError } from "../../foundation/errors.ts";
import { jsonAs } from "../../foundation/files/file-content.ts";
import { checkJson } from "../../foundation/files/parse-json.ts";
import type { TensorInfo } from "../onnx/onnx-tensor.ts";
import { type CheckpointFacts, findCompanion } from "./checkpoint-facts.ts";
import type { ModelConfigs } from "./model-config.ts";
import { parseOpenClipPreprocessing } from "./open-clip-preprocessing.ts";
import { graphImageSize, noteOfSize, type PreprocessingConfig } from "./preprocessing-config.ts";

const side = z.number().int().positive();
const threeNumbers = z.tuple([z.number(), z.number(), z.number()]);

/** transformers' keys of the preprocessing; a file without any of them may use open_clip's keys. */
const TRANSFORMERS_KEYS = [
  "do_resize",
  "resample",
  "do_center_crop",
  "crop_size",
  "do_rescale",
  "do_normalize",
  "image_mean",
  "image_std",
];

/**
 * Whether a processor's JSON uses open_clip's keys, as jina-clip's does: `resize_mode`, with `mean`, `std`, `interpolation` and
 * `fill_color`, and none of transformers' equivalents.
 */
function isOpenClipProcessor(json: Readonly<Record<string, unknown>>): boolean {
  const has = (key: string) => json[key] !== undefined && json[key] !== null;
  return (
    has("resize_mode") &&
    !TRANSFORMERS_KEYS.some(has) &&
    !TRANSFORMERS_TYPES.test(String(json.image_processor_type ?? ""))
  );
}

/**
 * Refuses a processor whose open_clip keys contradict its transformers keys: only one of them describes the preprocessing of
 * training.
 *
 * @param read  the preprocessing that transformers' keys describe
 * @throws InputError with the keys
 */
function refuseContradiction(json: Readonly<Record<string, unknown>>, read: Preprocessing, where: string): void {
  const values = { ...read, resize_mode: read.resizeMode, fill_color: read.fillColor } as Record<string, unknown>;
  const conflicting = OPEN_CLIP_KEYS.filter(
    (key) => json[key] !== undefined && json[key] !== null && !isDeepStrictEqual(json[key], values[key]),
  );
  if (conflicting.length === 0) return;
  const found = conflicting.map((key) => `${key} ${JSON.stringify(json[key])} and ${JSON.stringify(values[key])}`);
  throw new InputError(
    `${where}: its open_clip keys contradict its transformers keys (${found.join("; ")}), and it is unknown which were used in training; remove one set, or describe the checkpoint in a shiftline.json`,
  );
}

/** Processors of transformers, which ignore open_clip's keys. */
const TRANSFORMERS_TYPES = /^(?:(?:Chinese)?CLIP|Siglip|ViT|DeiT)/;
const OPEN_CLIP_KEYS = ["mean", "std", "resize_mode", "interpolation", "fill_color"];

const schema = z.looseObject({
  image_processor_type: z.string().nullish(),
  feature_extractor_type: z.string().nullish(),
  do_resize: z.boolean().nullish(),
  size: z.union([side, z.record(z.string(), z.number().int().nullable())]).nullish(),
  resample: z.number().int().nullish(),
  do_center_crop: z.boolean().nullish(),
  crop_size: z.union([side, z.looseObject({ height: side, width: side })]).nullish(),
  crop_pct: z.number().nullish(),
  do_rescale: z.boolean().nullish(),
  rescale_factor: z.number().nullish(),
  do_normalize: z.boolean().nullish(),
  do_pad: z.boolean().nullish(),
  image_mean: threeNumbers.nullish(),
  image_std: threeNumbers.nullish(),
});

interface Defaults {
  /** Meaning of a single number as `size`. */
  readonly square: boolean;
  readonly centerCrop: boolean;
  readonly resample: number;
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

const CLIP: Defaults = { square: false, centerCrop: true, resample: 3, mean: OPENAI_MEAN, std: OPENAI_STD };
const SIGLIP: Defaults = { square: true, centerCrop: false, resample: 3, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] };
const VIT: Defaults = { ...SIGLIP, resample: 2 };

/** Pillow's filter numbers. */
const FILTERS = ["nearest", "lanczos", "bilinear", "bicubic", "box", "hamming"];

/**
 * Parses the preprocessing from the JSON of a Hugging Face image processor. The defaults of CLIPImageProcessor,
 * SiglipImageProcessor and ViTImageProcessor apply to their files; files of other processors must be complete.
 *
 * @param where name of the file in messages
 * @throws InputError for anything other than a resize and a center crop with bicubic, bilinear or Lanczos interpolation
 * @see transformers 5 src/transformers/models/clip/image_processing_clip.py, models/siglip/image_processing_siglip.py
 */
export function parseHuggingFacePreprocessing(json: unknown, where: string): Preprocessing {
  const config = checkJson(json, where, schema);
  const refuse = (problem: string) => new InputError(`${where}: ${problem}`);
  const type = config.image_processor_type ?? config.feature_extractor_type ?? "";
  if (/^Siglip2/.test(type))
    throw refuse(
      `${type} is not supported: it creates NaFlex patches of images of any shape; use the fixed-resolution version, or describe the checkpoint in a shiftline.json`,
    );
  if (/^Timm/.test(type)) throw refuse(`${type} is not supported; describe the checkpoint in a shiftline.json`);
  if (config.do_resize === false) throw refuse("do_resize false is not supported: all images must have the same size");
  if (config.do_rescale === false)
    throw refuse("do_rescale false is not supported: mean and std must refer to values in [0, 1]");
  if (config.do_pad === true) throw refuse("do_pad true is not supported");
  if (typeof config.crop_pct === "number" && config.crop_pct !== 1) {
    throw refuse(`crop_pct ${config.crop_pct} is not supported`);
  }
  const factor = config.rescale_factor ?? 1 / 255;
  if (Math.abs(factor * 255 - 1) > 1e-6) throw refuse(`rescale_factor ${factor} is not supported, only 1/255`);

  const defaults = /^(Chinese)?CLIP/.test(type)
    ? CLIP
    : /^Siglip/.test(type)
      ? SIGLIP
      : /^(ViT|DeiT)/.test(type)
        ? VIT
        : null;
  const normalize = config.do_normalize !== false;
  const mean = normalize ? (config.image_mean ?? defaults?.mean) : ([0, 0, 0] as const);
  const std = normalize ? (config.image_std ?? defaults?.std) : ([1, 1, 1] as const);
  if (mean === undefined || std === undefined) throw refuse("no image_mean or image_std");
  if (std.some((value) => value <= 0)) throw refuse(`image_std [${std.join(", ")}] is not positive`);
  const geometry = readGeometry(config, defaults, refuse);
  return {
    ...geometry,
    interpolation: readFilter(config.resample ?? defaults?.resample, refuse),
    mean,
    std,
    fillColor: 0,
  };
}

function readFilter(resample: number | undefined, refuse: (problem: string) => InputError): Interpolation {
  if (resample === undefined) throw refuse("no resample");
  const filter = FILTERS[resample];
  if (filter !== "bicubic" && filter !== "bilinear" && filter !== "lanczos") {
    throw refuse(
      `resample ${resample} (${filter ?? "unknown"}) is not supported, only 1 (lanczos), 2 (bilinear) and 3 (bicubic)`,
    );
  }
  return filter;
}

/**
 * The size; whether the shorter side is resized to it and the rest cropped, or both sides are resized; and the size before the
 * crop if it differs.
 */
function readGeometry(
  config: z.infer<typeof schema>,
  defaults: Defaults | null,
  refuse: (problem: string) => InputError,
): Pick<Preprocessing, "size" | "resizeMode" | "resize"> {
  const crops = config.do_center_crop ?? defaults?.centerCrop ?? config.crop_size != null;
  const crop = typeof config.crop_size === "number" ? square(config.crop_size) : (config.crop_size ?? null);
  const given = config.size ?? (defaults === null ? null : 224);
  if (given === null) throw refuse("no size");
  const resize = readResize(given, defaults?.square ?? !crops);
  if (resize === null) throw refuse(`size ${JSON.stringify(given)} is not supported`);
  const { height, width } = resize;
  if (!crops && resize.mode === "shortest") {
    throw refuse(`size ${JSON.stringify(given)} without a center crop leaves images of different sizes`);
  }
  const cropped = crops ? crop : null;
  const target =
    cropped !== null
      ? { height: cropped.height, width: cropped.width }
      : crops && defaults === CLIP
        ? square(224)
        : { height, width };
  if (target.height === height && target.width === width) return { size: target, resizeMode: resize.mode };
  if (height !== width) {
    throw refuse(
      `a resize to ${JSON.stringify(given)} and then a crop to ${target.height} x ${target.width} is not supported: the resize must be to a square, or to the size of the crop`,
    );
  }
  return { size: target, resizeMode: resize.mode, resize: height };
}

function square(side: number): { height: number; width: number } {
  return { height: side, width: side };
}

function readResize(
  size: number | Record<string, number | null>,
  numberIsSquare: boolean,
): { height: number; width: number; mode: "shortest" | "squash" } | null {
  if (typeof size === "number") return { ...square(size), mode: numberIsSquare ? "squash" : "shortest" };
  const entries = Object.entries(size).filter((entry): entry is [string, number] => entry[1] !== null && entry[1] > 0);
  const { height, width, shortest_edge: shortest } = Object.fromEntries(entries) as Record<string, number | undefined>;
  if (entries.length === 1 && shortest !== undefined) return { ...square(shortest), mode: "shortest" };
  if (entries.length === 2 && height !== undefined && width !== undefined) return { height, width, mode: "squash" };
  return null;
}

/** Parses `preprocessor_config.json`, or the `image_processor` of `processor_config.json`; null if neither exists. */
export function parseHuggingFaceFiles(
  facts: CheckpointFacts,
  _configs: ModelConfigs,
  pixels: TensorInfo,
): PreprocessingConfig | null {
  const plain = findCompanion(facts, "preprocessor_config.json", "onnx/preprocessor_config.json");
  if (plain !== null) {
    const config = jsonAs(plain, z.looseObject({}));
    return { ...parseProcessor(config, plain.path, pixels), files: [plain.file] };
  }
  const processor = findCompanion(facts, "processor_config.json");
  if (processor === null) return null;
  const { image_processor: json } = jsonAs(processor, z.looseObject({ image_processor: z.unknown() }));
  if (json === undefined) return null;
  return { ...parseProcessor(json, `${processor.path}: image_processor`, pixels), files: [processor.file] };
}

/** Parses a processor with transformers' or open_clip's keys. */
function parseProcessor(json: unknown, where: string, pixels: TensorInfo): Omit<PreprocessingConfig, "files"> {
  const fields = z.record(z.string(), z.unknown()).safeParse(json).data ?? {};
  if (!isOpenClipProcessor(fields)) {
    const preprocessing = parseHuggingFacePreprocessing(json, where);
    refuseContradiction(fields, preprocessing, where);
    return { preprocessing, notes: [] };
  }
  const graphSize = graphImageSize(pixels);
  const preprocessing = parseOpenClipPreprocessing(json, null, graphSize ?? { height: 224, width: 224 }, where);
  return { preprocessing, notes: [OPEN_CLIP_KEYS_NOTE, ...noteOfSize(fields.size, graphSize)] };
}

const OPEN_CLIP_KEYS_NOTE =
  "the image processor uses open_clip's keys (mean, std, resize_mode) and is read as in open_clip";
