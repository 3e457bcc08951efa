import { z } from "zod";
import { jsonAs } from "../../foundation/files/file-content.ts";
import { checkJson } from "../../foundation/files/parse-json.ts";
import { type CheckpointFacts, findCompanion } from "./checkpoint-facts.ts";

const side = z.number().int().positive();

const openClipModelSchema = z.looseObject({
  quick_gelu: z.boolean().nullish(),
  vision_cfg: z
    .looseObject({
      image_size: z.union([side, z.array(side).min(1).max(2)]).nullish(),
      timm_model_name: z.string().nullish(),
      layers: z.union([z.number(), z.array(z.number())]).nullish(),
    })
    .nullish(),
  text_cfg: z
    .looseObject({
      context_length: z.number().int().positive().nullish(),
      vocab_size: z.number().int().positive().nullish(),
      hf_model_name: z.string().nullish(),
      hf_tokenizer_name: z.string().nullish(),
      tokenizer_mode: z.string().nullish(),
      tokenizer_kwargs: z.record(z.string(), z.unknown()).nullish(),
    })
    .nullish(),
});

const openClipSchema = z.looseObject({
  model_cfg: openClipModelSchema.nullish(),
  preprocess_cfg: z.record(z.string(), z.unknown()).nullish(),
});

const huggingFaceSchema = z.looseObject({
  model_type: z.string().nullish(),
  text_config: z
    .looseObject({
      max_position_embeddings: z.number().int().positive().nullish(),
      hidden_act: z.string().nullish(),
      model_type: z.string().nullish(),
      vocab_size: z.number().nullish(),
    })
    .nullish(),
  vision_config: z.looseObject({ hidden_act: z.string().nullish(), model_type: z.string().nullish() }).nullish(),
});

/** open_clip's description of a model: the fields of its `model_cfg` that this package reads. */
export type OpenClipModelConfig = z.infer<typeof openClipModelSchema>;
/** The fields of transformers' `config.json` that this package reads. */
export type HuggingFaceConfig = z.infer<typeof huggingFaceSchema>;

/** A parsed file, with its path relative to the checkpoint's folder. */
export interface ConfigFile<T> {
  readonly file: string;
  readonly config: T;
  /** Whether it is not a file; `file` is then its name in messages. */
  readonly isNamed?: boolean;
}

/**
 * The descriptions of the model in the checkpoint's folder; null for those that do not exist. `openClip` is from
 * open_clip_config.json, or from a config.json that contains only an open_clip `model_cfg`, as some exporters write it.
 */
export interface ModelConfigs {
  readonly openClip: ConfigFile<OpenClipModelConfig> | null;
  readonly openClipPreprocessing: ConfigFile<Record<string, unknown>> | null;
  readonly huggingFace: ConfigFile<HuggingFaceConfig> | null;
}

/** @throws InputError if one of the files exists but cannot be read or is invalid */
export function parseModelConfigs(facts: CheckpointFacts): ModelConfigs {
  const openClipFile = findCompanion(facts, "open_clip_config.json");
  const openClip = openClipFile === null ? null : jsonAs(openClipFile, openClipSchema);
  const plainFile = findCompanion(facts, "config.json");
  const plain = plainFile === null ? null : jsonAs(plainFile, z.looseObject({}));
  const isOpenClip = plain !== null && ("vision_cfg" in plain || "text_cfg" in plain);
  const configOf = <T>(schema: z.ZodType<T>): ConfigFile<T> | null =>
    plainFile === null ? null : { file: plainFile.file, config: checkJson(plain, plainFile.path, schema) };
  const preprocessing = openClip?.preprocess_cfg;
  return {
    openClip:
      openClipFile !== null
        ? { file: openClipFile.file, config: openClip?.model_cfg ?? {} }
        : isOpenClip
          ? configOf(openClipModelSchema)
          : null,
    openClipPreprocessing:
      openClipFile !== null && preprocessing ? { file: openClipFile.file, config: preprocessing } : null,
    huggingFace: isOpenClip ? null : configOf(huggingFaceSchema),
  };
}

/** Whether transformers' towers return their embedding as `pooler_output`, as SigLIP's do. */
export function isSiglip(config: HuggingFaceConfig | undefined): boolean {
  return config?.model_type?.startsWith("siglip") ?? false;
}
