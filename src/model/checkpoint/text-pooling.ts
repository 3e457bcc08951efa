import { InputError } from "../../foundation/errors.ts";

/** How token states become a text embedding outside the graph. Plain data. */
export interface TextPooling {
  /** "mean": of the states of the text's tokens without padding; "cls": the first token's state */
  readonly mode: "mean" | "cls";
  /** layer applied to the pooled state; null for none */
  readonly dense: DenseLayer | null;
}

/** activation(x · weight^T + bias) */
export interface DenseLayer {
  /** width of x */
  readonly inputs: number;
  /** width of the result */
  readonly outputs: number;
  /** (outputs, inputs) */
  readonly weight: Float32Array;
  /** (outputs,), null for none */
  readonly bias: Float32Array | null;
  /** function applied to each value */
  readonly activation: "identity" | "tanh";
}

/**
 * Pools the states of a batch.
 *
 * @param states  (n, t, h), row-major
 * @param lengths tokens of each text, without padding
 * @returns (n, d)
 * @throws InputError if the states do not have this shape, or not the width of the Dense layer's input
 */
export function poolStates(
  states: Float32Array,
  dims: readonly number[],
  lengths: readonly number[],
  { mode, dense }: TextPooling,
  where: string,
): { data: Float32Array; dims: readonly number[] } {
  const [n, t, h] = dims as [number, number, number];
  const isWhole = dims.length === 3 && n === lengths.length && lengths.every((length) => length >= 1 && length <= t);
  if (!isWhole || (dense !== null && dense.inputs !== h)) {
    const expected = dense === null ? "(n, tokens, width)" : `(n, tokens, ${dense.inputs})`;
    throw new InputError(`${where} returned (${dims.join(", ")}) for ${lengths.length} texts, expected ${expected}`);
  }
  const d = dense?.outputs ?? h;
  const data = new Float32Array(n * d);
  const pooled = new Float64Array(h);
  for (let i = 0; i < n; i++) {
    pooled.fill(0);
    const count = mode === "mean" ? (lengths[i] as number) : 1;
    for (let token = 0, p = i * t * h; token < count; token++)
      for (let j = 0; j < h; j++, p++) pooled[j] = (pooled[j] as number) + (states[p] as number);
    for (let j = 0; j < h; j++) pooled[j] = (pooled[j] as number) / count;
    for (let j = 0; j < d; j++)
      data[i * d + j] = dense === null ? (pooled[j] as number) : denseOutput(dense, pooled, j);
  }
  return { data, dims: [n, d] };
}

function denseOutput({ inputs, weight, bias, activation }: DenseLayer, x: Float64Array, j: number): number {
  let sum = bias === null ? 0 : (bias[j] as number);
  for (let k = 0; k < inputs; k++) sum += (weight[j * inputs + k] as number) * (x[k] as number);
  return activation === "tanh" ? Math.tanh(sum) : sum;
}
