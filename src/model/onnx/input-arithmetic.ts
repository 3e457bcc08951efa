import type { OnnxModel } from "./onnx-model.ts";
import type { OnnxNode } from "./onnx-node.ts";

/** The operations on a uint8 input before the first layer with weights. */
export interface InputArithmetic {
  /** Whether they include a subtraction, scaling or division, as a normalization does. */
  readonly normalizes: boolean;
  /**
   * Scale and zero point of a DequantizeLinear that reads the input; null for values that are not in the file, absent without
   * such a node.
   */
  readonly quantization?: { readonly scale: number | null; readonly zeroPoint: number | null };
}

/** Operations that only move or convert values. */
const MOVES = new Set([
  "Cast",
  "CastLike",
  "Identity",
  "Transpose",
  "Reshape",
  "Squeeze",
  "Unsqueeze",
  "Flatten",
  "Slice",
  "Split",
  "Concat",
  "Pad",
  "Resize",
  "Gather",
]);
const ARITHMETIC = new Set([
  "Sub",
  "Div",
  "Mul",
  "Add",
  "BatchNormalization",
  "InstanceNormalization",
  "LayerNormalization",
]);

/**
 * Follows an input up to the first layer with weights.
 *
 * @param input name of the graph's input
 */
export function readInputArithmetic(model: OnnxModel, input: string): InputArithmetic {
  const readers = new Map<string, OnnxNode[]>();
  for (const node of model.nodes)
    for (const name of node.inputs) readers.set(name, [...(readers.get(name) ?? []), node]);
  const seen = new Set<string>();
  const queue = [input];
  let normalizes = false;
  let quantization: InputArithmetic["quantization"];
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    if (seen.has(name)) continue;
    seen.add(name);
    for (const node of readers.get(name) ?? []) {
      if (ARITHMETIC.has(node.op)) normalizes = true;
      if (node.op === "DequantizeLinear" && node.inputs[0] === name && quantization === undefined) {
        const [, scale, zero] = node.inputs;
        quantization = {
          scale: scalarOf(model, scale),
          zeroPoint: zero === undefined || zero === "" ? 0 : scalarOf(model, zero),
        };
      }
      if (MOVES.has(node.op) || node.op === "DequantizeLinear") queue.push(...node.outputs);
    }
  }
  return { normalizes, ...(quantization === undefined ? {} : { quantization }) };
}

function scalarOf(model: OnnxModel, name: string | undefined): number | null {
  const constant = model.nodes.find((node) => node.op === "Constant" && node.outputs[0] === name);
  return model.tensors.find((tensor) => tensor.name === name)?.scalar ?? constant?.tensor?.scalar ?? null;
}
