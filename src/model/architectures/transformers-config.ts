import { z } from "zod";
import { InputError } from "../../foundation/errors.ts";
import { checkJson } from "../../foundation/files/parse-json.ts";
import type { MlpActivation } from "./towers.ts";

/** Values of `hidden_act` in transformers' configurations, including all spellings of the same function. */
const ACTIVATIONS: Readonly<Record<string, MlpActivation>> = {
  gelu: "gelu",
  gelu_python: "gelu",
  gelu_fast: "gelu_tanh",
  gelu_new: "gelu_tanh",
  gelu_python_tanh: "gelu_tanh",
  gelu_pytorch_tanh: "gelu_tanh",
  quick_gelu: "quick_gelu",
};

const count = z.int32().positive();

/** The transformer fields that CLIP's and SigLIP's towers in transformers share. */
export interface TransformerConfig {
  readonly width: number;
  readonly mlpWidth: number;
  readonly depth: number;
  readonly heads: number;
  readonly activation: MlpActivation;
  /** of every layer norm */
  readonly epsilon: number;
}

/**
 * The fields of {@link TransformerConfig} as `config.json` names them, with the defaults of a configuration class, which
 * `config.json` omits.
 */
export function transformerFields(defaults: {
  readonly hidden_size: number;
  readonly intermediate_size: number;
  readonly num_hidden_layers: number;
  readonly num_attention_heads: number;
  readonly hidden_act: string;
  readonly layer_norm_eps: number;
}) {
  return {
    hidden_size: count.default(defaults.hidden_size),
    intermediate_size: count.default(defaults.intermediate_size),
    num_hidden_layers: count.default(defaults.num_hidden_layers),
    num_attention_heads: count.default(defaults.num_attention_heads),
    hidden_act: z.string().default(defaults.hidden_act),
    layer_norm_eps: z.number().positive().default(defaults.layer_norm_eps),
  };
}

/** Fields of an image tower. transformers builds these towers only for square images and patches. */
export function imageFields(defaults: { readonly image_size: number; readonly patch_size: number }) {
  return {
    image_size: count.default(defaults.image_size),
    patch_size: count.default(defaults.patch_size),
    num_channels: z.literal(3).default(3),
  };
}

/** Fields of a text tower. */
export function textFields(defaults: { readonly vocab_size: number; readonly max_position_embeddings: number }) {
  return {
    vocab_size: count.default(defaults.vocab_size),
    max_position_embeddings: count.default(defaults.max_position_embeddings),
  };
}

/** @throws InputError if the activation is not supported, or the heads do not divide the width */
export function transformerConfig(
  fields: Readonly<z.infer<z.ZodObject<ReturnType<typeof transformerFields>>>>,
  where: string,
): TransformerConfig {
  const { hidden_size: width, num_attention_heads: heads, hidden_act } = fields;
  const activation = Object.hasOwn(ACTIVATIONS, hidden_act) ? ACTIVATIONS[hidden_act] : undefined;
  if (activation === undefined) {
    const known = Object.keys(ACTIVATIONS).join(", ");
    throw new InputError(`${where}.hidden_act: "${hidden_act}" is not supported; supported: ${known}`);
  }
  if (width % heads !== 0) {
    throw new InputError(`${where}: num_attention_heads ${heads} does not divide hidden_size ${width}`);
  }
  return {
    width,
    mlpWidth: fields.intermediate_size,
    depth: fields.num_hidden_layers,
    heads,
    activation,
    epsilon: fields.layer_norm_eps,
  };
}

const joint = z.looseObject({
  text_config: z.looseObject({}).nullish(),
  vision_config: z.looseObject({}).nullish(),
  text_config_dict: z.looseObject({}).nullish(),
  vision_config_dict: z.looseObject({}).nullish(),
});

/**
 * Reads the configuration of a tower from a `config.json`, as transformers' configuration classes do: CLIP's older
 * `text_config_dict`, if present, replaces `text_config` as a whole, with defaults for missing fields.
 */
export function towerConfig<Schema extends z.ZodType>(
  config: unknown,
  key: "text_config" | "vision_config",
  schema: Schema,
  { readsDict, where }: { readonly readsDict: boolean; readonly where: string },
): { readonly fields: z.infer<Schema>; readonly where: string } {
  const read = checkJson(config, where, joint);
  const older = readsDict ? read[`${key}_dict`] : null;
  const named = `${where}: ${older ? `${key}_dict` : key}`;
  return { fields: checkJson(older ?? read[key] ?? {}, named, schema), where: named };
}
