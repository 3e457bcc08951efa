import type { TensorTaker } from "./take-tensors.ts";
import type { LayerNorm, Linear } from "./towers.ts";

/** Takes PyTorch's `LayerNorm` of this name: `weight` and `bias` of (width). */
export function takeLayerNorm(tensors: TensorTaker, name: string, width: number, epsilon: number): LayerNorm {
  return { weight: tensors.take(`${name}.weight`, [width]), bias: tensors.take(`${name}.bias`, [width]), epsilon };
}

/** Takes PyTorch's `Linear` of this name: `weight` of (output, input), `bias` of (output). */
export function takeLinear(
  tensors: TensorTaker,
  name: string,
  output: number,
  input: number,
  { bias = true }: { readonly bias?: boolean } = {},
): Linear {
  return {
    weight: tensors.take(`${name}.weight`, [output, input]),
    bias: bias ? tensors.take(`${name}.bias`, [output]) : null,
  };
}
