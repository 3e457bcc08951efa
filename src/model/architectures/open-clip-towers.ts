import { modifiedResNet } from "./modified-resnet.ts";
import type { OpenClipConfig } from "./open-clip-config.ts";
import { openClipText } from "./open-clip-text.ts";
import { openClipVit } from "./open-clip-vit.ts";
import type { TensorTaker } from "./take-tensors.ts";
import { timmVit } from "./timm-vit.ts";
import type { TextTransformer, VisionTower } from "./towers.ts";

/**
 * Takes the towers of an open_clip checkpoint according to its configuration.
 *
 * @param where name of the configuration in messages
 * @throws InputError if the image tower is not supported, or a tensor does not fit
 */
export function openClipTowers(
  tensors: TensorTaker,
  config: OpenClipConfig,
  where: string,
): { readonly image: VisionTower; readonly text: TextTransformer } {
  return {
    image: imageTower(tensors, config, where),
    text: openClipText(tensors, config.text, config.embeddingWidth),
  };
}

function imageTower(tensors: TensorTaker, { vision, embeddingWidth }: OpenClipConfig, where: string): VisionTower {
  switch (vision.kind) {
    case "vit":
      return openClipVit(tensors, vision, embeddingWidth);
    case "modified-resnet":
      return modifiedResNet(tensors, vision, embeddingWidth, where);
    case "timm":
      return timmVit(tensors, vision, embeddingWidth, where);
  }
}
