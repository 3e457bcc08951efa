import { InputError } from "../../foundation/errors.ts";
import type { StoredTensor, Weights } from "../weights/weights.ts";

/** Takes tensors out of a state dict by name, and knows which were not taken. */
export interface TensorTaker {
  /** Whether the state dict has a tensor of this name. */
  has(name: string): boolean;
  /** Shape of a tensor; null where there is none of this name. It does not count as taken. */
  shape(name: string): readonly number[] | null;
  /**
   * @param shape the sizes that the architecture expects; null on an axis that may have any size
   * @throws InputError, with both shapes, if it is not there, has another shape, or cannot be used
   */
  take(name: string, shape: readonly (number | null)[]): StoredTensor;
  /** Marks a tensor that the architecture knows and does not need (`logit_scale`, masks, position ids), whether it is there or not. */
  skip(name: string): void;
  /** Names that were neither taken nor skipped, sorted. */
  unused(): string[];
}

/** @param source what describes the architecture, for messages */
export function takeTensors({ path, tensors, unusable }: Weights, source = "the architecture"): TensorTaker {
  const left = new Set([...tensors.keys(), ...unusable.keys()]);
  return {
    has: (name) => tensors.has(name) || unusable.has(name),
    shape: (name) => tensors.get(name)?.shape ?? null,
    take(name, shape) {
      const reason = unusable.get(name);
      if (reason !== undefined) throw new InputError(`${path}: ${name}: ${reason}`);
      const tensor = tensors.get(name);
      if (tensor === undefined) {
        throw new InputError(`${path}: no tensor ${name}, which ${source} needs, of shape ${shapeText(shape)}`);
      }
      const fits =
        tensor.shape.length === shape.length && shape.every((size, i) => size === null || size === tensor.shape[i]);
      if (!fits) {
        throw new InputError(
          `${path}: ${name} has shape ${shapeText(tensor.shape)}, but ${source} expects ${shapeText(shape)}`,
        );
      }
      left.delete(name);
      return tensor;
    },
    skip: (name) => void left.delete(name),
    unused: () => [...left].sort(),
  };
}

function shapeText(shape: readonly (number | null)[]): string {
  return `(${shape.map((size) => size ?? "any").join(", ")})`;
}
