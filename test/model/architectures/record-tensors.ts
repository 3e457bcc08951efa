import type { TensorTaker } from "../../../src/model/architectures/take-tensors.ts";
import type { StoredTensor } from "../../../src/model/weights/weights.ts";

/** A state dict that has every requested tensor in the requested shape, and lists them. */
export function recordTensors(): TensorTaker & { readonly taken: Map<string, readonly number[]> } {
  const taken = new Map<string, readonly number[]>();
  return {
    taken,
    has: () => true,
    shape: () => null,
    take(name, shape) {
      const sizes = shape.map((size) => size ?? 1);
      if (taken.has(name)) throw new Error(`${name} is taken twice`);
      taken.set(name, sizes);
      const tensor: StoredTensor = {
        name,
        type: "float32",
        shape: sizes,
        file: "/w",
        offset: 0,
        byteLength: 4 * sizes.reduce((product, size) => product * size, 1),
        strides: null,
      };
      return tensor;
    },
    skip() {},
    unused: () => [],
  };
}
