import { z } from "zod";
import { InputError } from "../../foundation/errors.ts";
import { checkJson } from "../../foundation/files/parse-json.ts";
import {
  blockOf,
  blockSchema,
  EXPORT_INSTEAD,
  type OpenClipBlockConfig,
  positive,
  refuseUnknownKeys,
} from "./open-clip-block-config.ts";

/** open_clip's TextTransformer. */
export interface OpenClipTextConfig extends OpenClipBlockConfig {
  /** maximum number of tokens of a text, without an appended class token */
  readonly contextLength: number;
  readonly vocabularySize: number;
  readonly causal: boolean;
  readonly pooling:
    | { readonly kind: "argmax" }
    /** the first token with this id; position 0 if the text has none */
    | { readonly kind: "token"; readonly id: number }
    | { readonly kind: "first" }
    | { readonly kind: "last" }
    /** CoCa's `cls_emb` at the end; keys with `padId` are masked, shifted by one as in the training of CoCa's weights */
    | { readonly kind: "appended"; readonly padId: number };
  /** a matrix (width, embedding), a Linear with bias, or none */
  readonly projection: "matrix" | "linear" | null;
}

const textSchema = z.looseObject({
  ...blockSchema,
  context_length: positive.default(77),
  vocab_size: positive.default(49408),
  width: positive.default(512),
  heads: positive.default(8),
  layers: positive.default(12),
  embed_cls: z.boolean().nullish(),
  pad_id: z.number().int().nonnegative().default(0),
  eos_id: z.number().int().nonnegative().default(2),
  no_causal_mask: z.boolean().nullish(),
  final_ln_after_pool: z.boolean().nullish(), // open_clip does not pass it to its text tower
  pool_type: z.enum(["argmax", "eos", "first", "last"]).default("argmax"),
  proj_bias: z.boolean().nullish(),
  proj_type: z.enum(["linear", "none"]).default("linear"),
  output_tokens: z.boolean().nullish(),
  hf_model_name: z.string().nullish(),
});

/** Fields of the tokenizer, and of an unsupported text tower. */
const KEYS_READ_ELSEWHERE = [
  "hf_tokenizer_name",
  "tokenizer_mode",
  "tokenizer_kwargs",
  "hf_model_pretrained",
  "hf_proj_type",
  "hf_pooler_type",
];

/**
 * Parses a `text_cfg`.
 *
 * @param model properties of the model: whether MLPs have QuickGELU, and whether the text tower is a separate module
 *   (`custom_text`)
 * @throws InputError with what is invalid or not supported
 */
export function openClipTextConfig(
  json: unknown,
  model: { readonly where: string; readonly quickGelu: boolean; readonly isCustom: boolean },
): { readonly text: OpenClipTextConfig; readonly ignored: readonly string[] } {
  const { where } = model;
  const cfg = checkJson(json, `${where}: text_cfg`, textSchema);
  if (cfg.hf_model_name) {
    throw new InputError(
      `${where}: text_cfg.hf_model_name ${cfg.hf_model_name}: text towers of Hugging Face are not supported yet; ${EXPORT_INSTEAD}`,
    );
  }
  const known = [...Object.keys(textSchema.shape), ...KEYS_READ_ELSEWHERE];
  const ignored = refuseUnknownKeys(cfg, known, where, "text_cfg.");
  if (cfg.embed_cls && !model.isCustom) {
    throw new InputError(`${where}: text_cfg.embed_cls: open_clip ignores it without custom_text`);
  }
  const text: OpenClipTextConfig = {
    ...blockOf(cfg, model.quickGelu, where, "text_cfg"),
    contextLength: cfg.context_length,
    vocabularySize: cfg.vocab_size,
    causal: !cfg.no_causal_mask,
    pooling: poolingOf(cfg),
    projection: cfg.proj_type === "none" ? null : cfg.proj_bias ? "linear" : "matrix",
  };
  return { text, ignored };
}

function poolingOf(cfg: z.infer<typeof textSchema>): OpenClipTextConfig["pooling"] {
  if (cfg.embed_cls) return { kind: "appended", padId: cfg.pad_id };
  return cfg.pool_type === "eos" ? { kind: "token", id: cfg.eos_id } : { kind: cfg.pool_type };
}
