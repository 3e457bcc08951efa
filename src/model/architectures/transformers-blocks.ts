import { takeLayerNorm, takeLinear } from "./take-layers.ts";
import type { TensorTaker } from "./take-tensors.ts";
import type { Block, Mlp } from "./towers.ts";
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
