import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readArchitecture } from "../src/model/architectures/read-architecture.ts";
import type { TextTransformer, VisionTransformer } from "../src/model/architectures/towers.ts";
import { readWeights } from "../src/model/weights/read-weights.ts";

/** The towers of a folder with open_clip's configuration and weights. @throws unless both are plain transformers */
export async function openClipTowers(folder: string): Promise<{ image: VisionTransformer; text: TextTransformer }> {
  const file = join(folder, "open_clip_config.json");
  const { model_cfg: config } = JSON.parse(readFileSync(file, "utf8")) as { model_cfg: unknown };
  const weights = await readWeights(join(folder, "open_clip_model.safetensors"));
  const { image, text } = await readArchitecture(weights, { openClip: { file, config }, huggingFace: null });
  if (image.kind !== "vision-transformer") throw new Error(`${folder}: expected a vision transformer`);
  return { image, text };
}
