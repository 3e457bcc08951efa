import type { GraphSlice } from "../onnx/graph-slice.ts";
import { elementCount, type OnnxTensor } from "../onnx/onnx-tensor.ts";

/** Precision of a tower's weights, which determines the tolerances of comparisons. */
export type PrecisionClass = "float32" | "float16" | "quantized";

/** The tensors of a tower that are weights, as opposed to shapes, indices or names. */
export function weightsOf(slice: GraphSlice): OnnxTensor[] {
  return slice.tensors.filter((tensor) => !/^(u?int(16|32|64)|bool|string)$/.test(tensor.type));
}

/** The most frequent element type of a tower's weights: "float32", "float16", or, for example, "quantized (int8)". */
export function describePrecision(slice: GraphSlice): string {
  const isQuantized = slice.nodes.some((node) => /Quantize|Integer|QLinear|NBits/.test(node.op));
  const type = mainType(weightsOf(slice));
  return isQuantized ? `quantized (${type})` : type;
}

export function precisionClass(slice: GraphSlice): PrecisionClass {
  const precision = describePrecision(slice);
  if (precision.startsWith("quantized")) return "quantized";
  return /float16/.test(precision) ? "float16" : "float32";
}

function mainType(weights: readonly OnnxTensor[]): string {
  const counts = new Map<string, number>();
  for (const tensor of weights) counts.set(tensor.type, (counts.get(tensor.type) ?? 0) + elementCount(tensor));
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? "unknown";
}
