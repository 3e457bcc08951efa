import type { GraphSlice } from "./graph-slice.ts";
import type { OnnxNode } from "./onnx-node.ts";

/** An activation function, named by its formula. */
export type ActivationName = "QuickGELU" | "GELU" | "GELU (tanh)" | "SiLU" | "ReLU";

/** How often a tower applies an activation function. */
export interface ActivationCount {
  readonly name: ActivationName;
  readonly count: number;
}

/** float16's 1.702 is 1.7021, bfloat16's 1.7031; float16's 0.044715 is 0.04471. */
const QUICK_GELU_FACTOR = { value: 1.702, tolerance: 0.002 };
const TANH_GELU_FACTOR = { value: 0.044715, tolerance: 0.0001 };

/**
 * Finds the activation functions of a tower in its graph: QuickGELU is x · sigmoid(1.702 x), GELU uses Erf (or tanh with the
 * factor 0.044715), and some exporters and optimizers use single operations for them. Softmax and norms are not counted as
 * activations. Other formulations are not recognized.
 *
 * @returns the most frequent first; empty if none was recognized
 * @see Hendrycks and Gimpel 2016, https://arxiv.org/abs/1606.08415; open_clip src/open_clip/transformer.py `QuickGELU`
 */
export function findActivations(slice: GraphSlice): ActivationCount[] {
  const constants = readConstants(slice);
  const producers = new Map<string, OnnxNode>();
  for (const node of slice.nodes) for (const name of node.outputs) producers.set(name, node);
  const counts = new Map<ActivationName, number>();
  for (const node of slice.nodes) {
    const name = activationOf(node, constants, producers);
    if (name !== null) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].map(([name, count]) => ({ name, count })).sort((a, b) => b.count - a.count);
}

function activationOf(
  node: OnnxNode,
  constants: ReadonlyMap<string, number>,
  producers: ReadonlyMap<string, OnnxNode>,
): ActivationName | null {
  switch (node.op) {
    case "QuickGelu":
      return isNear(node.floats.get("alpha") ?? QUICK_GELU_FACTOR.value, QUICK_GELU_FACTOR) ? "QuickGELU" : "SiLU";
    case "Gelu":
      return node.strings.get("approximate") === "tanh" ? "GELU (tanh)" : "GELU";
    case "Erf":
    case "BiasGelu":
      return "GELU";
    case "FastGelu":
      return "GELU (tanh)";
    case "Swish":
      return isNear(node.floats.get("alpha") ?? 1, QUICK_GELU_FACTOR) ? "QuickGELU" : "SiLU";
    case "Relu":
      return "ReLU";
    case "Mul":
      if (hasFactor(node, constants, TANH_GELU_FACTOR)) return "GELU (tanh)";
      return gateOf(node, constants, producers);
    default:
      return null;
  }
}

/** x · sigmoid(x) or x · sigmoid(1.702 x), detected from the outer product. */
function gateOf(
  node: OnnxNode,
  constants: ReadonlyMap<string, number>,
  producers: ReadonlyMap<string, OnnxNode>,
): "QuickGELU" | "SiLU" | null {
  for (const [gate, x] of [node.inputs, [...node.inputs].reverse()]) {
    const sigmoid = producers.get(gate ?? "");
    if (sigmoid?.op !== "Sigmoid") continue;
    if (sigmoid.inputs[0] === x) return "SiLU";
    const product = producers.get(sigmoid.inputs[0] ?? "");
    const scales = product?.op === "Mul" && product.inputs.includes(x ?? "");
    if (scales && hasFactor(product, constants, QUICK_GELU_FACTOR)) return "QuickGELU";
  }
  return null;
}

function hasFactor(
  node: OnnxNode,
  constants: ReadonlyMap<string, number>,
  factor: { value: number; tolerance: number },
): boolean {
  return node.inputs.some((name) => isNear(constants.get(name) ?? Number.NaN, factor));
}

function isNear(value: number, factor: { value: number; tolerance: number }): boolean {
  return Math.abs(value - factor.value) <= factor.tolerance;
}

/** Single floats by name: weights, Constant nodes, and their Casts and Identities. */
function readConstants(slice: GraphSlice): Map<string, number> {
  const constants = new Map<string, number>();
  for (const tensor of slice.tensors) if (tensor.scalar !== null) constants.set(tensor.name, tensor.scalar);
  for (const node of slice.nodes) {
    const output = node.outputs[0];
    if (output === undefined) continue;
    const value =
      node.op === "Constant"
        ? (node.tensor?.scalar ?? node.floats.get("value_float"))
        : ["Cast", "CastLike", "Identity"].includes(node.op)
          ? constants.get(node.inputs[0] ?? "")
          : undefined;
    if (value !== undefined) constants.set(output, value);
  }
  return constants;
}
