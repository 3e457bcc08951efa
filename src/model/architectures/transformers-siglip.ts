import { z } from "zod";
import { InputError } from "../../foundation/errors.ts";
import { takeLayerNorm, takeLinear } from "./take-layers.ts";
import type { TensorTaker } from "./take-tensors.ts";
import { linearRows } from "./tensor-rows.ts";
import type { Linear, TextTransformer, VisionPooling, VisionTransformer } from "./towers.ts";
import { takeTransformersBlocks, takeTransformersMlp, takeTransformersText } from "./transformers-blocks.ts";
import {
  imageFields,
  type TransformerConfig,
  textFields,
  towerConfig,
  transformerConfig,
  transformerFields,
} from "./transformers-config.ts";

const TRANSFORMER = transformerFields({
  hidden_size: 768,
  intermediate_size: 3072,
  num_hidden_layers: 12,
  num_attention_heads: 12,
  hidden_act: "gelu_pytorch_tanh",
  layer_norm_eps: 1e-6,
});

const textSchema = z.object({
  ...TRANSFORMER,
  ...textFields({ vocab_size: 32000, max_position_embeddings: 64 }),
  projection_size: z.int32().positive().nullish(),
});

const visionSchema = z.object({
  ...TRANSFORMER,
  ...imageFields({ image_size: 224, patch_size: 16 }),
  vision_use_head: z.boolean().default(true),
});

/**
 * Takes the towers of transformers' SiglipModel, which SigLIP 2 of fixed resolution also uses: `vision_model.*` with an
 * attention-pooling head, `text_model.*` with a linear one.
 *
 * @param config a `config.json`, with transformers' defaults for missing fields
 * @param where  its name in messages
 * @throws InputError if the configuration is invalid, or a tensor does not fit
 * @see transformers 5.18.0 src/transformers/models/siglip/{configuration_siglip,modeling_siglip}.py
 */
export function transformersSiglip(
  tensors: TensorTaker,
  config: unknown,
  where: string,
): { readonly image: VisionTransformer; readonly text: TextTransformer } {
  const vision = towerConfig(config, "vision_config", visionSchema, { readsDict: false, where });
  const text = towerConfig(config, "text_config", textSchema, { readsDict: false, where });
  const embeddingWidth = text.fields.projection_size ?? text.fields.hidden_size;
  if (embeddingWidth !== vision.fields.hidden_size) {
    throw new InputError(
      `${where}: its text embeddings have ${embeddingWidth} numbers (text_config.projection_size), its images of ` +
        `${vision.fields.hidden_size} (vision_config.hidden_size)`,
    );
  }
  for (const name of ["logit_scale", "logit_bias"]) tensors.skip(name);
  return { image: imageTower(tensors, vision), text: textTower(tensors, text, embeddingWidth) };
}

function imageTower(
  tensors: TensorTaker,
  { fields, where }: { readonly fields: z.infer<typeof visionSchema>; readonly where: string },
): VisionTransformer {
  if (!fields.vision_use_head) {
    throw new InputError(`${where}.vision_use_head is false: without its head, the image tower has no embedding`);
  }
  const { image_size: imageSize, patch_size: patchSize } = fields;
  const transformer = transformerConfig(fields, where);
  const { width, epsilon } = transformer;
  tensors.skip("vision_model.embeddings.position_ids");
  return {
    kind: "vision-transformer",
    imageSize: { height: imageSize, width: imageSize },
    stem: [],
    patch: {
      weight: tensors.take("vision_model.embeddings.patch_embedding.weight", [width, 3, patchSize, patchSize]),
      bias: tensors.take("vision_model.embeddings.patch_embedding.bias", [width]),
    },
    classToken: null,
    positions: tensors.take("vision_model.embeddings.position_embedding.weight", [
      Math.floor(imageSize / patchSize) ** 2,
      width,
    ]),
    positionsSkipClass: false,
    preNorm: null,
    blocks: takeTransformersBlocks(tensors, "vision_model.encoder", transformer),
    pooling: attentionPooling(tensors, "vision_model.head", transformer),
    postNorm: { norm: takeLayerNorm(tensors, "vision_model.post_layernorm", width, epsilon), place: "before-pooling" },
    head: [],
  };
}

/** SiglipMultiheadAttentionPoolingHead: PyTorch's MultiheadAttention with packed matrices, and an MLP. */
function attentionPooling(tensors: TensorTaker, name: string, config: TransformerConfig): VisionPooling {
  const { width, heads, epsilon } = config;
  const packed: Linear = {
    weight: tensors.take(`${name}.attention.in_proj_weight`, [3 * width, width]),
    bias: tensors.take(`${name}.attention.in_proj_bias`, [3 * width]),
  };
  return {
    kind: "map",
    probe: tensors.take(`${name}.probe`, [1, 1, width]),
    attention: {
      heads,
      query: linearRows(packed, 0, width),
      key: linearRows(packed, width, 2 * width),
      value: linearRows(packed, 2 * width, 3 * width),
      output: takeLinear(tensors, `${name}.attention.out_proj`, width, width),
    },
    norm: takeLayerNorm(tensors, `${name}.layernorm`, width, epsilon),
    mlp: takeTransformersMlp(tensors, `${name}.mlp`, config),
  };
}

function textTower(
  tensors: TensorTaker,
  { fields, where }: { readonly fields: z.infer<typeof textSchema>; readonly where: string },
  embeddingWidth: number,
): TextTransformer {
  const { vocab_size: vocabulary, max_position_embeddings: contextLength } = fields;
  const transformer = transformerConfig(fields, where);
  const head = [takeLinear(tensors, "text_model.head", embeddingWidth, transformer.width)];
  const pooling = { kind: "last" } as const;
  return takeTransformersText(tensors, transformer, { vocabulary, contextLength, causal: false, pooling, head });
}
