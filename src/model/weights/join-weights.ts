import { InputError } from "../../foundation/errors.ts";
import { stripPrefixes } from "./strip-prefixes.ts";
import type { FileTensors, StoredTensor, Weights } from "./weights.ts";
import { shown } from "./zip-directory.ts";

/**
 * Joins the tensors of a checkpoint's files under the names that its model uses.
 *
 * @param parts the content of each file, at least one
 * @throws InputError if two names are equal once the prefixes of PyTorch's wrappers are removed
 */
export function joinWeights(path: string, files: readonly string[], parts: readonly FileTensors[]): Weights {
  const { strip, notes } = stripPrefixes(parts.flatMap(({ tensors }) => tensors.map(({ name }) => name)));
  const tensors = new Map<string, StoredTensor>();
  const unusable = new Map<string, string>();
  const values = new Map<string, number>();
  const free = (given: string): string => {
    const name = strip(given);
    if (!tensors.has(name) && !unusable.has(name)) return name;
    throw new InputError(`${path}: two tensors are named ${shown(name)}: ${shown(given)} and another`);
  };
  for (const part of parts) {
    for (const tensor of part.tensors) {
      const name = free(tensor.name);
      tensors.set(name, { ...tensor, name });
    }
    for (const [given, reason] of part.unusable) unusable.set(free(given), reason);
    for (const [given, value] of part.values) values.set(strip(given), value);
  }
  const { format } = parts[0] as FileTensors;
  const allNotes = new Set([...parts.flatMap((part) => part.notes), ...notes]);
  return { path, format, files, tensors, unusable, values, notes: [...allNotes] };
}
