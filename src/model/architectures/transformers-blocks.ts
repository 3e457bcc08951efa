import { takeLayerNorm, takeLinear } from "./take-layers.ts";
import type { TensorTaker } from "./take-tensors.ts";
import type { Block, Mlp, TextTransformer } from "./towers.ts";
import type { TransformerConfig } from "./transformers-config.ts";

/** The blocks of transformers' CLIPEncoder and SiglipEncoder: `{name}.layers.{i}.…`. */
export function takeTransformersBlocks(tensors: TensorTaker, name: string, config: TransformerConfig): Block[] {
  return Array.from({ length: config.depth }, (_, i) => takeBlock(tensors, `${name}.layers.${i}`, config));
}

/** transformers' CLIPMLP and SiglipMLP. */
export function takeTransformersMlp(tensors: TensorTaker, name: string, config: TransformerConfig): Mlp {
  const { width, mlpWidth, activation } = config;
  return {
    activation,
    input: takeLinear(tensors, `${name}.fc1`, mlpWidth, width),
    output: takeLinear(tensors, `${name}.fc2`, width, mlpWidth),
  };
}

/** The differences between the text towers of transformers. */
export interface TransformersText extends Pick<TextTransformer, "contextLength" | "causal" | "pooling" | "head"> {
  readonly vocabulary: number;
}

/** transformers' CLIPTextTransformer and SiglipTextTransformer: `text_model.…`. */
export function takeTransformersText(
  tensors: TensorTaker,
  config: TransformerConfig,
  { vocabulary, ...text }: TransformersText,
): TextTransformer {
  const { width, epsilon } = config;
  const embeddings = "text_model.embeddings";
  tensors.skip(`${embeddings}.position_ids`);
  return {
    kind: "text-transformer",
    tokenEmbedding: tensors.take(`${embeddings}.token_embedding.weight`, [vocabulary, width]),
    positions: tensors.take(`${embeddings}.position_embedding.weight`, [text.contextLength, width]),
    blocks: takeTransformersBlocks(tensors, "text_model.encoder", config),
    postNorm: takeLayerNorm(tensors, "text_model.final_layer_norm", width, epsilon),
    postNormPlace: "before-pooling",
    ...text,
  };
}

function takeBlock(tensors: TensorTaker, name: string, config: TransformerConfig): Block {
  const { width, heads, epsilon } = config;
  const attention = (part: string) => takeLinear(tensors, `${name}.self_attn.${part}`, width, width);
  return {
    attentionNorm: takeLayerNorm(tensors, `${name}.layer_norm1`, width, epsilon),
    attention: {
      heads,
      input: { query: attention("q_proj"), key: attention("k_proj"), value: attention("v_proj") },
      output: attention("out_proj"),
    },
    attentionScale: null,
    mlpNorm: takeLayerNorm(tensors, `${name}.layer_norm2`, width, epsilon),
    mlp: takeTransformersMlp(tensors, `${name}.mlp`, config),
    mlpScale: null,
  };
}
