import { InputError } from "../../foundation/errors.ts";
import type { StoredTensor, Weights } from "../weights/weights.ts";

/** Takes tensors from a state dict by name, and records which remain. */
export interface TensorTaker {
  /** Whether the state dict has a tensor of this name. */
  has(name: string): boolean;
  /** Shape of a tensor; null if there is none of this name. It does not count as taken. */
  shape(name: string): readonly number[] | null;
  /**
   * @param shape expected size of each axis; null for an axis of any size
   * @throws InputError with both shapes if it is missing, has another shape, or cannot be used
   */
  take(name: string, shape: readonly (number | null)[]): StoredTensor;
  /** Marks a known tensor that is not needed (`logit_scale`, masks, position ids) and may be missing. */
  skip(name: string): void;
  /** Names that were neither taken nor skipped, sorted. */
  unused(): string[];
}

/** @param source source of the architecture's description, for messages */
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
        throw new InputError(
          `${path}: missing tensor ${name}, which ${source} requires with shape ${shapeText(shape)}`,
        );
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
