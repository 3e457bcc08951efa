import { InputError } from "../input-error.ts";

/**
 * Checks what a tower gave for a batch.
 *
 * @param data  the values
 * @param dims  their shape
 * @param n     rows of the batch
 * @param where what messages call the tower, e.g. "clip/visual.onnx: the image tower"
 * @returns d, the width of an embedding
 * @throws InputError if the shape is not (n, d), or a value is NaN or infinite
 */
export function checkEmbeddings(data: Float32Array, dims: readonly number[], n: number, where: string): number {
  const [rows, dimension] = dims;
  if (dims.length !== 2 || rows !== n || dimension === undefined || dimension === 0) {
    throw new InputError(
      `${where} gave (${dims.join(", ")}) for a batch of ${n}, (${n}, d) was expected; was it exported for a fixed batch?`,
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
