import { InputError } from "../../foundation/errors.ts";
import type { TensorInfo } from "../onnx/onnx-tensor.ts";
import { describeTensor } from "./encoder-signature.ts";

/** What a tower's output must be in every run. */
export interface ExpectedEmbeddings {
  /** what messages call the tower, e.g. "clip/visual.onnx: the image tower" */
  readonly where: string;
  /** the output, as the graph's metadata declares it */
  readonly output: TensorInfo;
  /** d, where it is declared or known from an earlier run; null before the first run of a dynamic width */
  readonly dimension: number | null;
}

/**
 * Checks what a tower gave for a batch.
 *
 * @param data the values
 * @param dims their shape
 * @param n    rows of the batch
 * @returns d, the width of an embedding
 * @throws InputError if the shape is not (n, d), d differs from the declared or the earlier one, or a value is NaN or infinite
 */
export function checkEmbeddings(
  data: Float32Array,
  dims: readonly number[],
  n: number,
  expected: ExpectedEmbeddings,
): number {
  const { where, output } = expected;
  const [rows, dimension] = dims;
  const gave = `${where} gave (${dims.join(", ")}) in ${output.name} for a batch of ${n}`;
  if (dims.length === 3) {
    throw new InputError(
      `${gave}: a state for each token or patch, not one embedding; name the pooled and projected output`,
    );
  }
  if (dims.length !== 2 || rows !== n || dimension === undefined || dimension === 0) {
    throw new InputError(
      `${gave}, (n, d) was expected; was it exported for a fixed batch, or is this the output of the other side?`,
    );
  }
  if (expected.dimension !== null && dimension !== expected.dimension) {
    const declared = output.shape[1];
    throw new InputError(
      typeof declared === "number"
        ? `${gave}, but the graph declares ${describeTensor(output)}; export it again`
        : `${gave}, and rows of ${expected.dimension} for another batch: the width of an embedding must not follow the batch, as that of logits does`,
    );
  }
  for (let i = 0; i < data.length; i++) {
    if (!Number.isFinite(data[i])) {
      const row = Math.floor(i / dimension);
      throw new InputError(
        `${where} gave ${data[i]} in row ${row} of a batch of ${n}; the weights are damaged, or overflow in its precision`,
      );
    }
  }
  return dimension;
}
