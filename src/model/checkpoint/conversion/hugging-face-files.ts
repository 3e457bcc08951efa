import { join } from "node:path";
import { z } from "zod";
import type { Preprocessing } from "../../../data/image/preprocessing.ts";
import { InputError } from "../../../foundation/errors.ts";
import { readJsonAs } from "../../../foundation/files/read-text.ts";
import type { ActivationName } from "../../onnx/activation.ts";
import { isSiglip } from "../model-config.ts";
import type { ResolvedCheckpoint } from "../resolve-checkpoint.ts";
import { embeddingWidth, openClipConfig } from "./open-clip-files.ts";
import { copyOf, jsonFile, type SmallFile, tokenizerFiles } from "./small-files.ts";
import { towerActivations } from "./tower-activations.ts";

/** Names of graphs as in Optimum and transformers.js; names of side files as transformers.js expects them. */
export const HUGGING_FACE_GRAPHS = {
  vision: { name: "onnx/vision_model.onnx", dataName: "onnx/vision_model.onnx_data", input: "pixel_values" },
  text: { name: "onnx/text_model.onnx", dataName: "onnx/text_model.onnx_data", input: "input_ids" },
} as const;

/** transformers.js' names of the embeddings: SigLIP's towers return them as their pooled output. */
export function huggingFaceOutputs({ configs }: ResolvedCheckpoint): {
  readonly vision: string;
  readonly text: string;
} {
  return isSiglip(configs.huggingFace?.config)
    ? { vision: "pooler_output", text: "pooler_output" }
    : { vision: "image_embeds", text: "text_embeds" };
}

/**
 * The configuration, image processor and tokenizer of a checkpoint in Hugging Face's layout. For a checkpoint of open_clip, also
 * open_clip's configuration, because Hugging Face's files cannot express its text cleaning.
 *
 * @param sideFiles names of graphs, without ".onnx", whose weights are in a side file
 */
export async function huggingFaceFiles(
  resolved: ResolvedCheckpoint,
  sideFiles: readonly string[],
): Promise<SmallFile[]> {
  const { configs } = resolved;
  const isOpenClip = configs.openClip !== null || configs.huggingFace === null;
  return [
    await modelConfig(resolved, sideFiles),
    ...(isOpenClip ? [await openClipConfig(resolved)] : []),
    await imageProcessor(resolved),
    ...(await tokenizerFiles(resolved, true)),
  ];
}

/** config.json: that of the checkpoint, otherwise one of transformers' CLIPModel, with which transformers.js opens the towers. */
async function modelConfig(resolved: ResolvedCheckpoint, sideFiles: readonly string[]): Promise<SmallFile> {
  const { configs, layout } = resolved;
  const file = configs.huggingFace?.file;
  if (file !== undefined && sideFiles.length === 0) return await copyOf(resolved, file, "config.json");
  const config =
    file === undefined ? clipConfig(resolved) : await readJsonAs(join(layout.root, file), z.looseObject({}));
  const sides = { use_external_data_format: Object.fromEntries(sideFiles.map((name) => [name, true])) };
  const known = z.looseObject({}).safeParse(config["transformers.js_config"]).data;
  return jsonFile("config.json", {
    ...config,
    ...(sideFiles.length === 0 ? {} : { "transformers.js_config": { ...known, ...sides } }),
  });
}

function clipConfig(resolved: ResolvedCheckpoint): Record<string, unknown> {
  const { vision, preprocessing, textSettings } = resolved;
  const { height, width } = preprocessing.preprocessing.size;
  const activations = towerActivations(resolved);
  return {
    architectures: ["CLIPModel"],
    model_type: "clip",
    ...embeddingWidth("projection_dim", vision.signature.embedding),
    text_config: {
      model_type: "clip_text_model",
      ...hiddenAct(activations.text),
      max_position_embeddings: textSettings?.contextLength,
      vocab_size: textSettings?.vocabularySize,
    },
    vision_config: {
      model_type: "clip_vision_model",
      ...hiddenAct(activations.vision),
      image_size: height === width ? height : [height, width],
    },
  };
}

/** transformers' name of an activation; omitted if there is none. */
function hiddenAct(activation: ActivationName | null): { readonly hidden_act?: string } {
  const names: Partial<Record<ActivationName, string>> = {
    QuickGELU: "quick_gelu",
    GELU: "gelu",
    "GELU (tanh)": "gelu_pytorch_tanh",
    ReLU: "relu",
  };
  const name = activation === null ? undefined : names[activation];
  return name === undefined ? {} : { hidden_act: name };
}

const PROCESSOR = "preprocessor_config.json";
/** Pillow's filter numbers. */
const RESAMPLE = { lanczos: 1, bilinear: 2, bicubic: 3 } as const;

async function imageProcessor(resolved: ResolvedCheckpoint): Promise<SmallFile> {
  const { preprocessing, layout } = resolved;
  if (preprocessing.files.includes(PROCESSOR)) return await copyOf(resolved, PROCESSOR);
  const { interpolation, mean, std } = preprocessing.preprocessing;
  return jsonFile(PROCESSOR, {
    ...processorGeometry(preprocessing.preprocessing, layout.root),
    do_convert_rgb: true,
    do_normalize: true,
    do_rescale: true,
    do_resize: true,
    image_mean: mean,
    image_std: std,
    resample: RESAMPLE[interpolation],
    rescale_factor: 1 / 255,
  });
}

function processorGeometry({ size, resize, resizeMode }: Preprocessing, root: string): Record<string, unknown> {
  const { height, width } = size;
  const crop = { do_center_crop: true, crop_size: { height, width } };
  switch (resizeMode) {
    case "shortest":
      return { image_processor_type: "CLIPImageProcessor", size: { shortest_edge: resize ?? height }, ...crop };
    case "squash":
      return resize === undefined
        ? { image_processor_type: "SiglipImageProcessor", size: { height, width } }
        : { image_processor_type: "CLIPImageProcessor", size: { height: resize, width: resize }, ...crop };
    case "longest":
      throw new InputError(
        `${root}: its images are resized by the longer side and padded, which Hugging Face's image processors cannot express; use --layout open_clip`,
      );
  }
}
