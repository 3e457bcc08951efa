import type { Benchmark } from "../../data/benchmark/benchmark.ts";
import { resolveClassSpace } from "../../data/benchmark/class-space.ts";
import { readClassNames } from "../../evaluation/classifier/class-names.ts";
import { readProtocolClassNames } from "../../evaluation/scoring/class-name-order.ts";
import { InputError } from "../../foundation/errors.ts";
import { keyText, type TaskKey } from "../../foundation/evaluation-key.ts";
import { parseWhole } from "../../foundation/files/parse-csv.ts";

/** What decides the classes of a result and their names. */
type ClassesKey = Omit<TaskKey, "templates">;

/**
 * Finds the names of the classes that predictions have as numbers, for benchmarks that are known; of others the lists may be
 * anywhere, and their classes keep their numbers.
 *
 * @param benchmarks those that ship with the package, or a study's
 * @returns the name of a class by its label ("3", or "3;5" where several are right); null where it is not known
 */
export async function readClassNamer(
  rows: readonly ClassesKey[],
  benchmarks: readonly Benchmark[],
): Promise<(row: ClassesKey, label: string) => string | null> {
  const names = new Map<string, readonly string[]>();
  for (const row of rows) {
    const benchmark = benchmarks.find(({ id }) => id === row.benchmark);
    if (benchmark !== undefined && !names.has(keyOf(row))) names.set(keyOf(row), await classNames(row, benchmark));
  }
  return (row, label) => {
    const own = names.get(keyOf(row));
    // the label of an image for which no class is right is empty
    const parts = label.split(";").map((c) => own?.[parseWhole(c) ?? -1]);
    return parts.includes(undefined) ? null : parts.join(" or ");
  };
}

async function classNames(row: ClassesKey, benchmark: Benchmark): Promise<string[]> {
  const protocol = benchmark.protocols.find(({ id }) => id === row.protocol);
  if (protocol === undefined) return [];
  try {
    const { list: own } = await readProtocolClassNames(benchmark, protocol);
    const { names } = own.id === row.classNames ? own : await readClassNames(row.classNames);
    return resolveClassSpace(benchmark, protocol, names.length).rows.map(
      (members) => names[members[0] as number] ?? "",
    );
  } catch (error) {
    if (error instanceof InputError) return []; // the user's own list, known by its id only
    throw error;
  }
}

function keyOf(row: ClassesKey): string {
  return keyText(row, ["benchmark", "protocol", "classNames"]);
}
