import type { TensorInfo } from "../../onnx/onnx-tensor.ts";
import { fixedWidth } from "../graph-feeds.ts";
import type { ResolvedCheckpoint } from "../resolve-checkpoint.ts";
import { copyOf, jsonFile, type SmallFile, tokenizerFiles } from "./small-files.ts";
import { towerActivations } from "./tower-activations.ts";

/** Names of the graphs and of their inputs and outputs, as in examples/export/open_clip_export.py. */
export const OPEN_CLIP_GRAPHS = {
  vision: { name: "visual.onnx", dataName: "visual.onnx.data", input: "image", output: "image_features" },
  text: { name: "textual.onnx", dataName: "textual.onnx.data", input: "text", output: "text_features" },
} as const;

const CONFIG = "open_clip_config.json";

/** The configuration and tokenizer of a checkpoint in open_clip's layout. */
export async function openClipFiles(resolved: ResolvedCheckpoint): Promise<SmallFile[]> {
  return [await openClipConfig(resolved), ...(await tokenizerFiles(resolved, false))];
}

/** open_clip_config.json: that of the checkpoint if it is complete, otherwise one with the chosen settings. */
export async function openClipConfig(resolved: ResolvedCheckpoint): Promise<SmallFile> {
  const { configs, preprocessing } = resolved;
  const isWhole = configs.openClip?.file === CONFIG && configs.openClipPreprocessing?.file === CONFIG;
  if (isWhole) return await copyOf(resolved, CONFIG);
  const { size, resizeMode, interpolation, mean, std, fillColor } = preprocessing.preprocessing;
  return jsonFile(CONFIG, {
    model_cfg: configs.openClip?.config ?? describeModel(resolved),
    preprocess_cfg: {
      size: [size.height, size.width],
      mode: "RGB",
      mean,
      std,
      interpolation,
      resize_mode: resizeMode,
      fill_color: fillColor,
    },
  });
}

/** Describes a model without a configuration by its graphs and text settings. */
function describeModel(resolved: ResolvedCheckpoint): Record<string, unknown> {
  const { vision, preprocessing, textSettings } = resolved;
  const { height, width } = preprocessing.preprocessing.size;
  return {
    ...embeddingWidth("embed_dim", vision.signature.embedding),
    quick_gelu: towerActivations(resolved).text === "QuickGELU",
    vision_cfg: { image_size: height === width ? height : [height, width] },
    text_cfg: { context_length: textSettings?.contextLength, vocab_size: textSettings?.vocabularySize },
  };
}

/** The width of the embeddings under a configuration's key, if the graph declares it. */
export function embeddingWidth(key: string, embedding: TensorInfo): Readonly<Record<string, number>> {
  const width = fixedWidth(embedding);
  return width === null ? {} : { [key]: width };
}
