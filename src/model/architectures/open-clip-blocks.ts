import type { OpenClipBlockConfig } from "./open-clip-block-config.ts";
import { takeLayerNorm, takeLinear } from "./take-layers.ts";
import type { TensorTaker } from "./take-tensors.ts";
import type { Block } from "./towers.ts";

/**
 * Takes the blocks of open_clip's and OpenAI's Transformer.
 *
 * @param prefix of the module with the blocks, with a dot at the end: "visual.transformer."
 */
export function openClipBlocks(tensors: TensorTaker, prefix: string, config: OpenClipBlockConfig): Block[] {
  return Array.from({ length: config.layers }, (_, i) => openClipBlock(tensors, `${prefix}resblocks.${i}.`, config));
}

function openClipBlock(
  tensors: TensorTaker,
  prefix: string,
  { width, heads, mlpWidth, layerScale, activation, epsilon }: OpenClipBlockConfig,
): Block {
  const scale = (name: string) => (layerScale ? tensors.take(`${prefix}${name}.gamma`, [width]) : null);
  return {
    attentionNorm: takeLayerNorm(tensors, `${prefix}ln_1`, width, epsilon),
    attention: {
      heads,
      input: {
        packed: {
          weight: tensors.take(`${prefix}attn.in_proj_weight`, [3 * width, width]),
          bias: tensors.take(`${prefix}attn.in_proj_bias`, [3 * width]),
        },
      },
      output: takeLinear(tensors, `${prefix}attn.out_proj`, width, width),
    },
    attentionScale: scale("ls_1"),
    mlpNorm: takeLayerNorm(tensors, `${prefix}ln_2`, width, epsilon),
    mlp: {
      activation,
      input: takeLinear(tensors, `${prefix}mlp.c_fc`, mlpWidth, width),
      output: takeLinear(tensors, `${prefix}mlp.c_proj`, width, mlpWidth),
    },
    mlpScale: scale("ls_2"),
  };
}
