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
 * A `shiftline.json`: the description of a checkpoint that fits no known layout. Files are relative to it and below its
 * folder; `size` is one number or [height, width]; `resize` is what the image is resized to before a center crop to `size`,
 * where that is not one size; `mean` and `std` are of channel values in [0, 1]; `resizeMode` is "shortest",
 * `interpolation` "bicubic" and `fillColor` 0 when not given. `text.pooling` says how an output of token
 * states is pooled, `text.dense` is the folder of a Dense layer (sentence-transformers' config.json and model.safetensors)
 * after it. Unknown keys are errors, so that no typing error is obeyed
 * silently.
 */
export type ShiftlineJson = z.infer<typeof schema>;

/**
 * What the folder's shiftline.json says.
 *
 * @returns null where there is none
 * @throws InputError if it cannot be read, is not JSON, or does not have the fields it must have, naming each
 */
export function parseShiftlineJson({ companions }: CheckpointFacts): ShiftlineJson | null {
  const found = companions.get("shiftline.json");
  return found === undefined ? null : jsonAs(found, schema);
}
