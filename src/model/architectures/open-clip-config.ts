import { z } from "zod";
import { InputError } from "../../foundation/errors.ts";
import { checkJson } from "../../foundation/files/parse-json.ts";
import {
  blockOf,
  blockSchema,
  EXPORT_INSTEAD,
  type OpenClipBlockConfig,
  positive,
  refuseUnknownKeys,
} from "./open-clip-block-config.ts";
import { type OpenClipTextConfig, openClipTextConfig } from "./open-clip-text-config.ts";

/** open_clip's description of a model, completed with defaults: all parameters of its towers. */
export interface OpenClipConfig {
  /** width of the embeddings of both towers */
  readonly embeddingWidth: number;
  readonly vision: OpenClipVitConfig | OpenClipResNetConfig | OpenClipTimmConfig;
  readonly text: OpenClipTextConfig;
  /** unknown keys that are disabled, as `vision_cfg.key` */
  readonly ignored: readonly string[];
}

export interface ImageSize {
  readonly height: number;
  readonly width: number;
}

/** open_clip's VisionTransformer. */
export interface OpenClipVitConfig extends OpenClipBlockConfig {
  readonly kind: "vit";
  /** input size in pixels */
  readonly imageSize: ImageSize;
  /** side of a patch in pixels */
  readonly patchSize: number;
  /** whether a norm precedes the blocks */
  readonly preNorm: boolean;
  /** whether the last norm follows pooling instead of preceding it */
  readonly normAfterPooling: boolean;
  /** the class token, or the average of all other tokens */
  readonly pooling: "first" | "average";
}

/** open_clip's ModifiedResNet. */
export interface OpenClipResNetConfig {
  readonly kind: "modified-resnet";
  readonly imageSize: ImageSize;
  /** channels after the stem */
  readonly width: number;
  /** bottlenecks of each stage */
  readonly layers: readonly [number, number, number, number];
  /** heads of the attention pool, whose width is 32 times that of the stem */
  readonly heads: number;
}

/** A network of timm with open_clip's head. */
export interface OpenClipTimmConfig {
  readonly kind: "timm";
  /** timm's name, e.g. `vit_base_patch16_siglip_224` */
  readonly model: string;
  readonly imageSize: ImageSize;
  /** `timm_pool`; empty for the network's default */
  readonly pool: "" | "abs_attn" | "avg" | "avgmax" | "map" | "max" | "rot_attn" | "token";
  /** `timm_proj`: null for timm's classifier instead of a projection, "none" for no projection */
  readonly projection: "linear" | "mlp" | "none" | null;
  readonly projectionBias: boolean;
}

const sizeSchema = z.union([positive, z.tuple([positive, positive])]);

const visionSchema = z.looseObject({
  ...blockSchema,
  layers: z.union([positive, z.tuple([positive, positive, positive, positive])]).default(12),
  width: positive.default(768),
  head_width: positive.default(64),
  patch_size: z
    .union([positive, z.tuple([positive, positive])])
    .nullable()
    .default(16),
  image_size: sizeSchema.default(224),
  patch_dropout: z.number().min(0).max(1).nullish(), // training only
  attentional_pool: z.union([z.boolean(), z.string()]).nullish(),
  attn_pooler_queries: z.number().nullish(),
  attn_pooler_heads: z.number().nullish(),
  no_ln_pre: z.boolean().nullish(),
  pos_embed_type: z.enum(["learnable", "sin_cos_2d"]).nullish(), // the weights contain the positions in both cases
  final_ln_after_pool: z.boolean().nullish(),
  pool_type: z.enum(["tok", "avg"]).default("tok"),
  output_tokens: z.boolean().nullish(),
  timm_model_name: z.string().nullish(),
  timm_model_pretrained: z.boolean().nullish(),
  timm_pool: z.enum(["", "abs_attn", "avg", "avgmax", "map", "max", "rot_attn", "token"]).default("avg"),
  timm_proj: z.enum(["", "linear", "mlp", "none"]).nullable().default("linear"),
  timm_proj_bias: z.boolean().nullish(),
  timm_drop: z.number().nullish(), // training only, as timm_drop_path
  timm_drop_path: z.number().nullish(),
});

const modelSchema = z.looseObject({
  embed_dim: positive,
  vision_cfg: visionSchema,
  text_cfg: z.looseObject({}),
  quick_gelu: z.boolean().nullish(),
  custom_text: z.boolean().nullish(),
  init_logit_scale: z.number().nullish(),
  init_logit_bias: z.number().nullish(),
  nonscalar_logit_scale: z.boolean().nullish(),
  output_dict: z.boolean().nullish(),
  multimodal_cfg: z.unknown().optional(),
});

/** Families of timm networks that are not supported, by prefix of timm's names. */
const REFUSED_FAMILIES: readonly (readonly [string, string])[] = [
  ["eva", "EVA"],
  ["convnext", "ConvNeXt"],
  ["vitamin", "ViTamin"],
  ["fastvit", "FastViT"],
  ["vit_pe_", "Perception Encoder"],
  ["swin", "Swin"],
  ["vit_relpos_", "a ViT with relative positions"],
];

/**
 * Parses open_clip's description of a model as open_clip does, with open_clip's defaults for missing fields.
 *
 * @param json  a `model_cfg`: `embed_dim`, `vision_cfg`, `text_cfg`, …
 * @param where its name in messages
 * @throws InputError with each invalid field, an unsupported kind of tower, or an unknown key
 * @see open_clip 3.3.0 src/open_clip/model.py `CLIPVisionCfg`, `CLIPTextCfg`, `_build_vision_tower`, `_build_text_tower`
 */
export function parseOpenClipConfig(json: unknown, where: string): OpenClipConfig {
  const model = checkJson(json, where, modelSchema);
  if (model.multimodal_cfg !== undefined) {
    throw new InputError(`${where}: multimodal_cfg: CoCa is not supported yet; ${EXPORT_INSTEAD}`);
  }
  const ignored = [
    ...refuseUnknownKeys(model, Object.keys(modelSchema.shape), where, ""),
    ...refuseUnknownKeys(model.vision_cfg, Object.keys(visionSchema.shape), where, "vision_cfg."),
  ];
  const quickGelu = model.quick_gelu ?? false;
  const { text, ignored: ignoredOfText } = openClipTextConfig(model.text_cfg, {
    where,
    quickGelu,
    isCustom: model.custom_text ?? false,
  });
  if (text.projection === null && text.width !== model.embed_dim) {
    throw new InputError(
      `${where}: text embeddings have text_cfg.width ${text.width}, without projection, but image embeddings embed_dim ${model.embed_dim}`,
    );
  }
  const vision = visionOf(model.vision_cfg, quickGelu, where);
  return { embeddingWidth: model.embed_dim, vision, text, ignored: [...ignored, ...ignoredOfText] };
}

function visionOf(cfg: z.infer<typeof visionSchema>, quickGelu: boolean, where: string): OpenClipConfig["vision"] {
  if (cfg.timm_model_name) return timmOf(cfg, cfg.timm_model_name, where);
  const [height, width] = typeof cfg.image_size === "number" ? [cfg.image_size, cfg.image_size] : cfg.image_size;
  if (typeof cfg.layers !== "number") {
    if (typeof cfg.image_size !== "number") {
      throw new InputError(
        `${where}: vision_cfg.image_size: expected one number, because open_clip's ResNet takes square images`,
      );
    }
    const heads = Math.floor((cfg.width * 32) / cfg.head_width);
    if (heads === 0 || (cfg.width * 32) % heads !== 0 || cfg.width % 2 !== 0) {
      throw new InputError(
        `${where}: vision_cfg: width ${cfg.width} is not compatible with head_width ${cfg.head_width}`,
      );
    }
    return { kind: "modified-resnet", imageSize: { height, width }, width: cfg.width, layers: cfg.layers, heads };
  }
  if (cfg.attentional_pool) {
    throw new InputError(`${where}: vision_cfg.attentional_pool: not supported yet; ${EXPORT_INSTEAD}`);
  }
  const [patchHeight, patchWidth] =
    typeof cfg.patch_size === "number" ? [cfg.patch_size, cfg.patch_size] : (cfg.patch_size ?? []);
  if (patchHeight === undefined || patchHeight !== patchWidth) {
    throw new InputError(`${where}: vision_cfg.patch_size: expected one number, because patches are square`);
  }
  if (patchHeight > Math.min(height, width)) {
    throw new InputError(`${where}: vision_cfg: patch_size ${patchHeight} exceeds image_size ${height} × ${width}`);
  }
  return {
    kind: "vit",
    ...blockOf(
      { ...cfg, layers: cfg.layers, heads: Math.floor(cfg.width / cfg.head_width) },
      quickGelu,
      where,
      "vision_cfg",
    ),
    imageSize: { height, width },
    patchSize: patchHeight,
    preNorm: !cfg.no_ln_pre,
    normAfterPooling: cfg.final_ln_after_pool ?? false,
    pooling: cfg.pool_type === "avg" ? "average" : "first",
  };
}

function timmOf(cfg: z.infer<typeof visionSchema>, model: string, where: string): OpenClipTimmConfig {
  const family = REFUSED_FAMILIES.find(([start]) => model.startsWith(start));
  if (family !== undefined) {
    throw new InputError(
      `${where}: vision_cfg.timm_model_name ${model}: ${family[1]} is not supported yet; ${EXPORT_INSTEAD}`,
    );
  }
  const [height, width] = typeof cfg.image_size === "number" ? [cfg.image_size, cfg.image_size] : cfg.image_size;
  return {
    kind: "timm",
    model,
    imageSize: { height, width },
    pool: cfg.timm_pool,
    projection: cfg.timm_proj || null,
    projectionBias: cfg.timm_proj_bias ?? false,
  };
}
