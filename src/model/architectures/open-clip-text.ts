import { openClipBlocks } from "./open-clip-blocks.ts";
import type { OpenClipTextConfig } from "./open-clip-text-config.ts";
import { takeLayerNorm, takeLinear } from "./take-layers.ts";
import type { TensorTaker } from "./take-tensors.ts";
import type { TextPooling, TextTransformer } from "./towers.ts";

/** The logit scale, and the sizes that OpenAI's archives contain as tensors. */
const SKIPPED = ["logit_scale", "logit_bias", "input_resolution", "context_length", "vocab_size"];

/**
 * Takes open_clip's TextTransformer from a state dict: with top-level names, as in CLIP, or below `text.`, as in CustomTextCLIP.
 *
 * @param embeddingWidth of the embeddings
 * @throws InputError, with both shapes, at the first tensor that does not fit
 * @see open_clip 3.3.0 src/open_clip/transformer.py `TextTransformer`, model.py `CLIP`, `CustomTextCLIP`
 */
export function openClipText(
  tensors: TensorTaker,
  config: OpenClipTextConfig,
  embeddingWidth: number,
): TextTransformer {
  const { contextLength, vocabularySize, width, epsilon, causal, pooling, projection } = config;
  const prefix = tensors.has("text.token_embedding.weight") ? "text." : "";
  for (const name of [...SKIPPED, `${prefix}attn_mask`]) tensors.skip(name);
  const isAppended = pooling.kind === "appended";
  return {
    kind: "text-transformer",
    contextLength,
    tokenEmbedding: tensors.take(`${prefix}token_embedding.weight`, [vocabularySize, width]),
    positions: tensors.take(`${prefix}positional_embedding`, [contextLength + (isAppended ? 1 : 0), width]),
    causal,
    blocks: openClipBlocks(tensors, `${prefix}transformer.`, config),
    pooling: isAppended ? appended(tensors, `${prefix}cls_emb`, width, pooling.padId) : pooling,
    postNorm: takeLayerNorm(tensors, `${prefix}ln_final`, width, epsilon),
    postNormPlace: isAppended ? "after-pooling" : "before-pooling",
    head: projection === null ? [] : [takeProjection()],
  };

  function takeProjection() {
    const name = `${prefix}text_projection`;
    if (projection === "linear") return takeLinear(tensors, name, embeddingWidth, width);
    return { matrix: tensors.take(name, [width, embeddingWidth]) };
  }
}

function appended(tensors: TensorTaker, name: string, width: number, padId: number): TextPooling {
  return { kind: "appended", token: tensors.take(name, [width]), padId };
}
