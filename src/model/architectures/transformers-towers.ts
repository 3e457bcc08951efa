import { z } from "zod";
import { InputError } from "../../foundation/errors.ts";
import { checkJson } from "../../foundation/files/parse-json.ts";
import { EXPORT_INSTEAD } from "./open-clip-block-config.ts";
import type { TensorTaker } from "./take-tensors.ts";
import type { TextTransformer, VisionTransformer } from "./towers.ts";
import { transformersClip } from "./transformers-clip.ts";
import { transformersSiglip } from "./transformers-siglip.ts";

/**
 * Unsupported model types of transformers, with the reason: models that embed images and texts in one space, and models with one
 * tower.
 */
const REFUSED: Readonly<Record<string, string>> = {
  siglip2:
    "Siglip2Model (NaFlex) takes patches of any aspect ratio, not pixels of one size, and is not supported yet; " +
    'SigLIP 2 of fixed resolution has the model_type "siglip"',
  clip_vision_model: "it has an image tower only; both towers are needed",
  clip_text_model: "it has a text tower only; both towers are needed",
  siglip_vision_model: "it has an image tower only; both towers are needed",
  siglip_text_model: "it has a text tower only; both towers are needed",
};

const schema = z.object({ model_type: z.string() });

/**
 * Takes the towers of a transformers checkpoint according to the `model_type` of its `config.json`.
 *
 * @param config the parsed `config.json`
 * @param where  its name in messages
 * @throws InputError if the model type is not supported, the configuration is invalid, or a tensor does not fit
 */
export function transformersTowers(
  tensors: TensorTaker,
  config: unknown,
  where: string,
): { readonly image: VisionTransformer; readonly text: TextTransformer } {
  const { model_type: modelType } = checkJson(config, where, schema);
  switch (modelType) {
    case "clip":
    case "metaclip_2":
      return transformersClip(tensors, config, where);
    case "siglip":
      return transformersSiglip(tensors, config, where);
    default: {
      const reason = Object.hasOwn(REFUSED, modelType) ? REFUSED[modelType] : `not supported yet; ${EXPORT_INSTEAD}`;
      throw new InputError(`${where}: model_type "${modelType}": ${reason}`);
    }
  }
}
