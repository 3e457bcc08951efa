import { z } from "zod";
import { jsonAs } from "../../foundation/files/file-content.ts";
import { staysInside } from "../../foundation/files/inside-folder.ts";
import type { CheckpointFacts } from "./checkpoint-facts.ts";

const file = z.string().min(1).refine(staysInside, "expected a path below the folder of the shiftline.json");
const side = z.number().int().min(1).max(8192);
const threeNumbers = z.tuple([z.number(), z.number(), z.number()]);
const threePositive = z.tuple([z.number().positive(), z.number().positive(), z.number().positive()]);

const schema = z.strictObject({
  vision: z.strictObject({ file, input: z.string().optional(), output: z.string().optional() }),
  text: z.strictObject({
    file,
    input: z.string().optional(),
    output: z.string().optional(),
    attentionMask: z.string().optional(),
    pooling: z.enum(["mean", "cls"]).optional(),
    dense: file.optional(),
  }),
  size: z.union([side, z.tuple([side, side])]),
  mean: threeNumbers,
  std: threePositive,
  resize: side.optional(),
  resizeMode: z.enum(["shortest", "squash", "longest"]).default("shortest"),
  interpolation: z.enum(["bicubic", "bilinear", "lanczos"]).default("bicubic"),
  fillColor: z.number().int().min(0).max(255).default(0),
  contextLength: z.number().int().min(1).max(32_768).optional(),
  tokenizer: file.optional(),
  cleaning: z.enum(["none", "open_clip", "canonicalize"]).optional(),
  padId: z.number().int().min(0).optional(),
});

/**
 * A `shiftline.json`: the description of a checkpoint that fits no known layout. Files are relative to its folder and inside it.
 * `size` is one number or [height, width]; `resize` is the size before a center crop to `size`, if it differs; `mean` and `std`
 * apply to channel values in [0, 1]; the defaults are "shortest" for `resizeMode`, "bicubic" for `interpolation` and 0 for
 * `fillColor`. `text.pooling` states how token states are pooled; `text.dense` is the folder of a subsequent Dense layer
 * (sentence-transformers' config.json and model.safetensors). Unknown keys are errors, so that a misspelled key is not ignored.
 */
export type ShiftlineJson = z.infer<typeof schema>;

/**
 * Parses the folder's shiftline.json.
 *
 * @returns null if there is none
 * @throws InputError if it cannot be read, is not JSON, or has missing or invalid fields, which the message lists
 */
export function parseShiftlineJson({ companions }: CheckpointFacts): ShiftlineJson | null {
  const found = companions.get("shiftline.json");
  return found === undefined ? null : jsonAs(found, schema);
}
