import { openClipBlocks } from "./open-clip-blocks.ts";
import type { OpenClipVitConfig } from "./open-clip-config.ts";
import { takeLayerNorm } from "./take-layers.ts";
import type { TensorTaker } from "./take-tensors.ts";
import type { VisionTransformer } from "./towers.ts";

/**
 * Takes open_clip's VisionTransformer from a state dict; OpenAI's has the same names.
 *
 * @param embeddingWidth of the embeddings
 * @throws InputError, with both shapes, at the first tensor that does not fit; positions for another image size are not resized
 * @see open_clip 3.3.0 src/open_clip/transformer.py `VisionTransformer`
 */
export function openClipVit(
  tensors: TensorTaker,
  config: OpenClipVitConfig,
  embeddingWidth: number,
): VisionTransformer {
  const { imageSize, patchSize, width, epsilon, preNorm, normAfterPooling, pooling } = config;
  const patches = Math.floor(imageSize.height / patchSize) * Math.floor(imageSize.width / patchSize);
  const norm = (name: string) => takeLayerNorm(tensors, `visual.${name}`, width, epsilon);
  return {
    kind: "vision-transformer",
    imageSize,
    stem: [],
    patch: { weight: tensors.take("visual.conv1.weight", [width, 3, patchSize, patchSize]), bias: null },
    classToken: tensors.take("visual.class_embedding", [width]),
    positions: tensors.take("visual.positional_embedding", [patches + 1, width]),
    positionsSkipClass: false,
    preNorm: preNorm ? norm("ln_pre") : null,
    blocks: openClipBlocks(tensors, "visual.transformer.", config),
    pooling: pooling === "first" ? { kind: "first" } : { kind: "average", skip: 1 },
    postNorm: { norm: norm("ln_post"), place: normAfterPooling ? "after-pooling" : "before-pooling" },
    head: [{ matrix: tensors.take("visual.proj", [width, embeddingWidth]) }],
  };
}
