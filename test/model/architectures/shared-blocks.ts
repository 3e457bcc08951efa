import { appendFileSync, realpathSync } from "node:fs";
import { join } from "node:path";
import type { StoredTensor, Weights } from "../../../src/model/weights/weights.ts";
import { offsetOf, storedBlock, type TensorRecipes, tensorBytes } from "./synthetic-weights.ts";

/**
 * Stores float32 weights of many networks in a few files: one per scale and shift, with the repeated block, to which overlapping
 * tensors refer. This takes one GB on disk instead of a dozen.
 *
 * @param folder where the files are written; they grow as networks need them
 * @returns a function that returns the weights of a network
 */
export function createSharedBlocks(folder: string): (tensors: TensorRecipes) => Weights {
  const lengths = new Map<string, number>();

  /** A file of at least this size. */
  const blockFile = (scale: number, shift: number, byteLength: number): string => {
    const file = join(realpathSync(folder), `${scale} ${shift}`);
    const block = storedBlock(scale, shift, "float32");
    let length = lengths.get(file) ?? 0;
    for (; length < byteLength; length += block.length) appendFileSync(file, block);
    lengths.set(file, length);
    return file;
  };

  return (recipes) => {
    const tensors = new Map<string, StoredTensor>();
    for (const [name, recipe] of Object.entries(recipes)) {
      const [shape, scale, shift] = recipe;
      const byteLength = tensorBytes(recipe, "float32");
      if (scale === "int64") {
        const counter = { name, type: "int64", shape, offset: 0, byteLength, strides: null } as const;
        tensors.set(name, { ...counter, file: blockFile(0, 0, byteLength) });
        continue;
      }
      const offset = 4 * offsetOf(name);
      const file = blockFile(scale, shift as number, offset + byteLength);
      tensors.set(name, { name, type: "float32", shape, file, offset, byteLength, strides: null });
    }
    const nothing = { unusable: new Map(), values: new Map(), notes: [] };
    const files = [...new Set([...tensors.values()].map(({ file }) => file))];
    return { path: folder, format: "safetensors", files, tensors, ...nothing };
  };
}
