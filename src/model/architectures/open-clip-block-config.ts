import { z } from "zod";
import { InputError } from "../../foundation/errors.ts";
import type { MlpActivation } from "./towers.ts";

/** Parameters of the transformer in open_clip's native towers. */
export interface OpenClipBlockConfig {
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
  readonly mlpWidth: number;
  /** whether the blocks have LayerScale */
  readonly layerScale: boolean;
  readonly activation: MlpActivation;
  /** of every LayerNorm */
  readonly epsilon: number;
}

/** Advice for a tower that is not supported. */
export const EXPORT_INSTEAD = "export it to ONNX (examples/export) and evaluate that";

export const positive = z.int32().positive();

/** Default of PyTorch's LayerNorm. */
const DEFAULT_EPSILON = 1e-5;

/** Features of open_clip's CustomResidualAttentionBlock, which no published model uses. */
const REFUSED_FEATURES = [
  "qk_norm",
  "scaled_cosine_attn",
  "scale_heads",
  "scale_attn_inner",
  "scale_attn",
  "scale_fc",
] as const;

/** Fields that both of open_clip's native towers have. */
export const blockSchema = {
  mlp_ratio: z.number().positive().default(4),
  ls_init_value: z.number().nullish(),
  act_kwargs: z.strictObject({ approximate: z.enum(["tanh", "none"]).optional() }).nullish(),
  norm_kwargs: z.strictObject({ eps: z.number().positive().optional() }).nullish(),
  block_type: z.enum(["default", "custom"]).nullish(),
  qk_norm: z.boolean().nullish(),
  scaled_cosine_attn: z.boolean().nullish(),
  scale_heads: z.boolean().nullish(),
  scale_attn_inner: z.boolean().nullish(),
  scale_attn: z.boolean().nullish(),
  scale_fc: z.boolean().nullish(),
};

const fields = z.object(blockSchema);

/** The transformer's parameters, with the sizes that each tower's configuration states differently. */
export function blockOf(
  cfg: z.infer<typeof fields> & { readonly width: number; readonly layers: number; readonly heads: number },
  quickGelu: boolean,
  where: string,
  tower: string,
): OpenClipBlockConfig {
  const feature = REFUSED_FEATURES.find((key) => cfg[key]);
  if (feature !== undefined) {
    throw new InputError(`${where}: ${tower}.${feature}: not supported yet; ${EXPORT_INSTEAD}`);
  }
  const { width, layers, heads } = cfg;
  if (heads === 0 || width % heads !== 0) {
    throw new InputError(`${where}: ${tower}: width ${width} is not a multiple of its ${heads} heads`);
  }
  const mlpWidth = Math.trunc(width * cfg.mlp_ratio);
  if (mlpWidth === 0)
    throw new InputError(`${where}: ${tower}.mlp_ratio: ${cfg.mlp_ratio} results in an MLP without units`);
  if (quickGelu && cfg.act_kwargs?.approximate !== undefined) {
    throw new InputError(`${where}: ${tower}.act_kwargs: QuickGELU has no "approximate"; remove it, or quick_gelu`);
  }
  const activation = quickGelu ? "quick_gelu" : cfg.act_kwargs?.approximate === "tanh" ? "gelu_tanh" : "gelu";
  const epsilon = cfg.norm_kwargs?.eps ?? DEFAULT_EPSILON;
  const layerScale = cfg.ls_init_value !== undefined && cfg.ls_init_value !== null;
  return { width, layers, heads, mlpWidth, layerScale, activation, epsilon };
}

/**
 * Finds keys that open_clip does not define and that are disabled (false, null, 0, empty).
 *
 * @param prefix path of the record in the file, with a dot at the end: "text_cfg."
 * @throws InputError if such a key is enabled, because its effect is unknown
 */
export function refuseUnknownKeys(
  record: Readonly<Record<string, unknown>>,
  known: readonly string[],
  where: string,
  prefix: string,
): string[] {
  const unknown = Object.keys(record).filter((key) => !known.includes(key));
  const on = unknown.find((key) => record[key]);
  if (on === undefined) return unknown.map((key) => `${prefix}${key}`);
  throw new InputError(
    `${where}: ${prefix}${on}: open_clip 3.3.0 has no such setting, so its effect is unknown; remove it if it has none`,
  );
}
