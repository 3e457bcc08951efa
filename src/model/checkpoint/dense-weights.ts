import { join } from "node:path";
import { InputError } from "../../foundation/errors.ts";
import { readWeights } from "../weights/read-weights.ts";
import { withWeightFile } from "../weights/weight-file.ts";
import type { Weights } from "../weights/weights.ts";
import type { DenseConfig } from "./pooling-config.ts";
import type { DenseLayer } from "./text-pooling.ts";

/**
 * Reads the weights of a Dense layer. @throws InputError if the file cannot be read, is damaged, or has weights of another shape
 */
export async function readDenseLayer(root: string, config: DenseConfig): Promise<DenseLayer> {
  const { inputs, outputs, activation, hasBias, weights: file } = config;
  const weights = await readWeights(join(root, file));
  return {
    inputs,
    outputs,
    activation,
    weight: await readFloats(weights, "linear.weight", [outputs, inputs]),
    bias: hasBias ? await readFloats(weights, "linear.bias", [outputs]) : null,
  };
}

/** The values of a float32 tensor, row-major. */
async function readFloats({ path, tensors }: Weights, name: string, shape: readonly number[]): Promise<Float32Array> {
  const tensor = tensors.get(name);
  if (tensor === undefined) throw new InputError(`${path}: it has no ${name}`);
  const { type, file, offset, byteLength, strides } = tensor;
  if (type !== "float32" || strides !== null || tensor.shape.join() !== shape.join()) {
    throw new InputError(
      `${path}: ${name}: expected float32 (${shape.join(", ")}), got ${type} (${tensor.shape.join(", ")})`,
    );
  }
  const bytes = await withWeightFile(file, ({ read }) => read(offset, byteLength));
  return Float32Array.from({ length: byteLength / 4 }, (_, i) => bytes.readFloatLE(i * 4));
}
