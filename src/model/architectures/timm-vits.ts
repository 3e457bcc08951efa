import { readFileSync } from "node:fs";
import { z } from "zod";
import { packagePath } from "../../foundation/files/package-root.ts";
import { parseJson } from "../../foundation/files/parse-json.ts";

const count = z.int().positive();

const vitSchema = z.strictObject({
  width: count,
  /** number of blocks */
  depth: count,
  heads: count,
  /** hidden size of the MLPs, including that of the attention pool */
  mlpWidth: count,
  /** kernel size and stride of the last convolution before the blocks */
  patchSize: count,
  /** pixels of the square input */
  imageSize: count,
  activation: z.enum(["gelu", "gelu_tanh", "quick_gelu"]),
  /** of every layer norm */
  epsilon: z.number().positive(),
  classToken: z.boolean(),
  /** whether the class token has no position */
  positionsSkipClass: z.boolean(),
  /** whether a norm precedes the blocks */
  preNorm: z.boolean(),
  patchBias: z.boolean(),
  /** whether queries, keys and values have a bias */
  attentionBias: z.boolean(),
  layerScale: z.boolean(),
  /** timm's default `global_pool`; the last norm precedes it */
  pooling: z.enum(["token", "avg", "map"]),
  /** whether the last norm follows pooling if the network is built with average pooling */
  normAfterAverage: z.boolean(),
  /**
   * convolutions before the patch convolution, each with a batch norm of epsilon 1e-5 and GELU; the stride equals the kernel size
   */
  stem: z.array(z.strictObject({ channels: count, kernel: count })),
});

const tableSchema = z.strictObject({ source: z.string(), networks: z.record(z.string(), vitSchema) });

/** The parameters of a plain vision transformer as timm builds it. */
export type TimmVit = z.infer<typeof vitSchema>;

let read: Readonly<Record<string, TimmVit>> | null = null;

/** The networks of the table that ships with the package, by timm's name; read once. */
export function timmVits(): Readonly<Record<string, TimmVit>> {
  const path = packagePath("architectures", "timm.json");
  read ??= parseJson(readFileSync(path, "utf8"), path, tableSchema).networks;
  return read;
}
