import { flattenNodes } from "./graph-slice.ts";
import type { OnnxModel } from "./onnx-model.ts";
import type { OnnxNode } from "./onnx-node.ts";

/** Operations on quantized activations of ONNX and onnxruntime. */
const QUANTIZED =
  /^(DynamicQuantize|QLinear|QOrdered|QAttention|QGemm|QEmbedLayerNormalization|QMoE)|^(MatMul|Conv)Integer/;

/** MatMulNBits' accuracy level at which onnxruntime rounds the activations to int8. */
const INT8_LEVEL = 4;

/**
 * Whether a graph rounds activations to integers at run time: quantized statically (QDQ) or dynamically, or with block-wise
 * quantized weights that onnxruntime multiplies in int8. Differences in summation order of 1e-7 can then grow to a rounding step
 * for any input, so a test on a few inputs does not apply to others. Weights that are only stored quantized do not count.
 */
export function roundsActivations(model: OnnxModel): boolean {
  const weights = new Set(model.tensors.map((tensor) => tensor.name));
  return flattenNodes(model.nodes, model).some((node) => rounds(node, weights));
}

function rounds({ op, inputs, integers }: OnnxNode, weights: ReadonlySet<string>): boolean {
  if (op === "QuantizeLinear") return !weights.has(inputs[0] ?? "");
  if (op === "MatMulNBits") return (integers.get("accuracy_level") ?? 0) >= INT8_LEVEL;
  if (op === "DequantizeLinear") return (integers.get("block_size") ?? 0) > 0; // fused to MatMulNBits with that level
  return QUANTIZED.test(op);
}
