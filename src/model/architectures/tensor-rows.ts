import { STORED_BYTES, type StoredTensor } from "../weights/weights.ts";
import type { Linear } from "./towers.ts";

/**
 * Rows of a stored tensor as a tensor view, for checkpoints that pack several matrices into one.
 *
 * @param from first row, 0 ≤ from < to
 * @param to   row after the last, at most the size of the first axis
 */
export function tensorRows(tensor: StoredTensor, from: number, to: number): StoredTensor {
  const [, ...sizes] = tensor.shape;
  const shape = [to - from, ...sizes];
  const bytes = STORED_BYTES[tensor.type];
  const step = tensor.strides?.[0] ?? sizes.reduce((product, size) => product * size, 1);
  const last = tensor.strides?.reduce((sum, stride, axis) => sum + stride * ((shape[axis] as number) - 1), 0);
  return {
    ...tensor,
    name: `${tensor.name}[${from}:${to}]`,
    shape,
    offset: tensor.offset + from * step * bytes,
    byteLength: (last === undefined ? (to - from) * step : last + 1) * bytes,
  };
}

/** Outputs `from` to `to` of a linear layer, as a layer. */
export function linearRows({ weight, bias }: Linear, from: number, to: number): Linear {
  return { weight: tensorRows(weight, from, to), bias: bias && tensorRows(bias, from, to) };
}
