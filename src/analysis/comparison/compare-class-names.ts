import type { Benchmark } from "../../data/benchmark/benchmark.ts";
import { resolveClassSpace } from "../../data/benchmark/class-space.ts";
import { readClassNames } from "../../evaluation/classifier/class-names.ts";
import { readProtocolClassNames } from "../../evaluation/scoring/class-name-order.ts";
import { InputError } from "../../foundation/errors.ts";
import { keyText, type TaskKey } from "../../foundation/evaluation-key.ts";
import { parseWhole } from "../../foundation/files/parse-csv.ts";

/** The fields that determine the classes of a result and their names. */
type ClassesKey = Omit<TaskKey, "templates">;

/**
 * Finds the names of the numbered classes in predictions of known benchmarks. The lists of other benchmarks may be
 * anywhere, so their classes keep their numbers.
 *
 * @param benchmarks benchmarks that ship with the package, or of a study
 * @returns a function from a label ("3", or "3;5" if several classes are correct) to the class name; null if not known
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
    const labelNames = names.get(keyOf(row));
    // the label of an image without a correct class is empty
    const parts = label.split(";").map((c) => labelNames?.[parseWhole(c) ?? -1]);
    return parts.includes(undefined) ? null : parts.join(" or ");
  };
}

async function classNames(row: ClassesKey, benchmark: Benchmark): Promise<string[]> {
  const protocol = benchmark.protocols.find(({ id }) => id === row.protocol);
  if (protocol === undefined) return [];
  try {
    const { list: protocolList } = await readProtocolClassNames(benchmark, protocol);
    const { names } = protocolList.id === row.classNames ? protocolList : await readClassNames(row.classNames);
    return resolveClassSpace(benchmark, protocol, names.length).rows.map(
      (members) => names[members[0] as number] ?? "",
    );
  } catch (error) {
    if (error instanceof InputError) return []; // a list of the user, of which only the id is known
    throw error;
  }
}

function keyOf(row: ClassesKey): string {
  return keyText(row, ["benchmark", "protocol", "classNames"]);
}
