import { flattenNodes } from "./graph-slice.ts";
import type { OnnxModel } from "./onnx-model.ts";
import type { OnnxNode } from "./onnx-node.ts";

/** Operations on quantized activations, ONNX's own and onnxruntime's. */
const QUANTIZED =
  /^(DynamicQuantize|QLinear|QOrdered|QAttention|QGemm|QEmbedLayerNormalization|QMoE)|^(MatMul|Conv)Integer/;

/** MatMulNBits' accuracy level at which onnxruntime rounds the activations to int8. */
const INT8_LEVEL = 4;

/**
 * Whether a graph rounds activations to whole numbers when it runs: quantized statically (QDQ) or dynamically, or block-wise
 * weights that onnxruntime multiplies in int8. Differences of summation order, 1e-7, can then grow to a rounding step in any
 * one input, so no trial on a few inputs shows how another behaves. Weights that are only stored quantized do not count.
 */
export function roundsActivations(model: OnnxModel): boolean {
  const weights = new Set(model.tensors.map((tensor) => tensor.name));
  return flattenNodes(model.nodes, model).some((node) => rounds(node, weights));
}

function rounds({ op, inputs, integers }: OnnxNode, weights: ReadonlySet<string>): boolean {
  if (op === "QuantizeLinear") return !weights.has(inputs[0] ?? "");
  if (op === "MatMulNBits") return (integers.get("accuracy_level") ?? 0) >= INT8_LEVEL;
  if (op === "DequantizeLinear") return (integers.get("block_size") ?? 0) > 0; // fused to MatMulNBits of that level
  return QUANTIZED.test(op);
}
