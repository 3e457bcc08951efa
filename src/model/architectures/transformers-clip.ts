import { z } from "zod";
import { checkJson } from "../../foundation/files/parse-json.ts";
import { takeLayerNorm, takeLinear } from "./take-layers.ts";
import type { TensorTaker } from "./take-tensors.ts";
import type { TextPooling, TextTransformer, VisionTransformer } from "./towers.ts";
import { takeTransformersBlocks, takeTransformersText } from "./transformers-blocks.ts";
import { imageFields, textFields, towerConfig, transformerConfig, transformerFields } from "./transformers-config.ts";

/** The end-of-text id of CLIP's configurations before transformers 4.32, regardless of the tokenizer. */
const LEGACY_END_OF_TEXT = 2;

const modelSchema = z.object({ model_type: z.string(), projection_dim: z.int32().positive().default(512) });

const textSchema = z.object({
  ...transformerFields({
    hidden_size: 512,
    intermediate_size: 2048,
    num_hidden_layers: 12,
    num_attention_heads: 8,
    hidden_act: "quick_gelu",
    layer_norm_eps: 1e-5,
  }),
  ...textFields({ vocab_size: 49408, max_position_embeddings: 77 }),
  eos_token_id: z.int32().nonnegative().default(49407),
});

const visionSchema = z.object({
  ...transformerFields({
    hidden_size: 768,
    intermediate_size: 3072,
    num_hidden_layers: 12,
    num_attention_heads: 12,
    hidden_act: "quick_gelu",
    layer_norm_eps: 1e-5,
  }),
  ...imageFields({ image_size: 224, patch_size: 32 }),
});

/**
 * Takes the towers of transformers' CLIPModel and MetaClip2Model: `vision_model.*`, `visual_projection`, `text_model.*`,
 * `text_projection`. The only difference: for CLIPModel, 2 as end of text means the highest id.
 *
 * @param config a `config.json`, with transformers' defaults for missing fields
 * @param where  its name in messages
 * @throws InputError if the configuration is invalid, or a tensor does not fit
 * @see transformers 5.18.0 src/transformers/models/clip/{configuration_clip,modeling_clip}.py,
 *   src/transformers/models/metaclip_2/modeling_metaclip_2.py
 */
export function transformersClip(
  tensors: TensorTaker,
  config: unknown,
  where: string,
): { readonly image: VisionTransformer; readonly text: TextTransformer } {
  const { projection_dim: embeddingWidth, model_type: modelType } = checkJson(config, where, modelSchema);
  tensors.skip("logit_scale");
  const image = imageTower(tensors, config, embeddingWidth, where);
  const text = textTower(tensors, config, embeddingWidth, where, modelType === "clip");
  return { image, text };
}

function imageTower(tensors: TensorTaker, config: unknown, embeddingWidth: number, where: string): VisionTransformer {
  const tower = towerConfig(config, "vision_config", visionSchema, { readsDict: true, where });
  const { image_size: imageSize, patch_size: patchSize } = tower.fields;
  const transformer = transformerConfig(tower.fields, tower.where);
  const { width, epsilon } = transformer;
  const positions = Math.floor(imageSize / patchSize) ** 2 + 1;
  tensors.skip("vision_model.embeddings.position_ids");
  return {
    kind: "vision-transformer",
    imageSize: { height: imageSize, width: imageSize },
    stem: [],
    patch: {
      weight: tensors.take("vision_model.embeddings.patch_embedding.weight", [width, 3, patchSize, patchSize]),
      bias: null,
    },
    classToken: tensors.take("vision_model.embeddings.class_embedding", [width]),
    positions: tensors.take("vision_model.embeddings.position_embedding.weight", [positions, width]),
    positionsSkipClass: false,
    preNorm: takeLayerNorm(tensors, "vision_model.pre_layrnorm", width, epsilon), // transformers' spelling
    blocks: takeTransformersBlocks(tensors, "vision_model.encoder", transformer),
    pooling: { kind: "first" },
    postNorm: { norm: takeLayerNorm(tensors, "vision_model.post_layernorm", width, epsilon), place: "after-pooling" },
    head: [takeLinear(tensors, "visual_projection", embeddingWidth, width, { bias: false })],
  };
}

function textTower(
  tensors: TensorTaker,
  config: unknown,
  embeddingWidth: number,
  where: string,
  isClip: boolean,
): TextTransformer {
  const tower = towerConfig(config, "text_config", textSchema, { readsDict: true, where });
  const { vocab_size: vocabulary, max_position_embeddings: contextLength, eos_token_id: endOfText } = tower.fields;
  const transformer = transformerConfig(tower.fields, tower.where);
  const pooling: TextPooling =
    isClip && endOfText === LEGACY_END_OF_TEXT ? { kind: "argmax" } : { kind: "token", id: endOfText };
  const head = [takeLinear(tensors, "text_projection", embeddingWidth, transformer.width, { bias: false })];
  return takeTransformersText(tensors, transformer, { vocabulary, contextLength, causal: true, pooling, head });
}
