import { type LabelSets, readLabelSets } from "../../data/dataset/label-sets.ts";
import { InputError } from "../../foundation/errors.ts";
import type { LocatedBenchmark } from "./locate-benchmarks.ts";

/**
 * Reads files with labels of single images.
 *
 * @param files benchmark id → file
 * @returns benchmark id → its labels
 * @throws InputError for a benchmark that is not evaluated, or as `readLabelSets`
 */
export async function readLabels(
  files: Readonly<Record<string, string>> | undefined,
  located: readonly Pick<LocatedBenchmark, "benchmark">[],
): Promise<ReadonlyMap<string, LabelSets>> {
  const labels = new Map<string, LabelSets>();
  for (const [id, path] of Object.entries(files ?? {})) {
    const benchmark = located.find((candidate) => candidate.benchmark.id === id)?.benchmark;
    if (benchmark === undefined) throw new InputError(`labels of ${id}: not evaluated here`);
    labels.set(id, await readLabelSets(path, benchmark));
  }
  return labels;
}
