import { InputError } from "../../foundation/errors.ts";
import type { TensorInfo } from "../onnx/onnx-tensor.ts";
import { describeTensor } from "./encoder-signature.ts";

/** The output that is expected of a tower in every run. */
export interface ExpectedEmbeddings {
  /** name of the tower in messages, e.g. "clip/visual.onnx: the image tower" */
  readonly where: string;
  /** the output as declared in the graph's metadata */
  readonly output: TensorInfo;
  /** d, if it is declared or known from an earlier run; null before the first run of a graph with dynamic width */
  readonly dimension: number | null;
}

/**
 * Checks a tower's output for a batch.
 *
 * @param data values of the output
 * @param dims shape of the output
 * @param n    number of rows in the batch
 * @returns d, the width of an embedding
 * @throws InputError if the shape is not (n, d), d differs from the declared or an earlier width, or a value is NaN or infinite
 */
export function checkEmbeddings(
  data: Float32Array,
  dims: readonly number[],
  n: number,
  expected: ExpectedEmbeddings,
): number {
  const { where, output } = expected;
  const [rows, dimension] = dims;
  const gave = `${where} returned (${dims.join(", ")}) as ${output.name} for a batch of ${n}`;
  if (dims.length === 3) {
    throw new InputError(
      `${gave}: a state per token or patch, not one embedding per row; name the pooled and projected output`,
    );
  }
  if (dims.length !== 2 || rows !== n || dimension === undefined || dimension === 0) {
    throw new InputError(
      `${gave}, expected (n, d); was it exported for a fixed batch, or is this the output of the other tower?`,
    );
  }
  if (expected.dimension !== null && dimension !== expected.dimension) {
    const declared = output.shape[1];
    throw new InputError(
      typeof declared === "number"
        ? `${gave}, but the graph declares ${describeTensor(output)}; export it again`
        : `${gave}, but rows of ${expected.dimension} for another batch: the width of an embedding must not depend on the batch, as that of logits does`,
    );
  }
  for (let i = 0; i < data.length; i++) {
    if (!Number.isFinite(data[i])) {
      const row = Math.floor(i / dimension);
      throw new InputError(
        `${where} returned ${data[i]} in row ${row} of a batch of ${n}; the weights are damaged, or overflow in the graph's precision`,
      );
    }
  }
  return dimension;
}
