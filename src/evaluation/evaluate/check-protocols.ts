import { nearestName } from "../../foundation/closest-names.ts";
import { InputError } from "../../foundation/errors.ts";
import type { LocatedBenchmark } from "./locate-benchmarks.ts";

/** @throws InputError if protocols are asked for of a benchmark that is not evaluated, or that it does not have */
export function checkProtocols(
  asked: Readonly<Record<string, readonly string[]>> | undefined,
  located: readonly Pick<LocatedBenchmark, "benchmark">[],
): void {
  for (const [id, protocols] of Object.entries(asked ?? {})) {
    const benchmark = located.map((one) => one.benchmark).find((candidate) => candidate.id === id);
    if (benchmark === undefined) {
      const evaluated = located.map((one) => one.benchmark.id).join(", ");
      throw new InputError(`protocol of ${id}: not evaluated here; evaluated are ${evaluated}`);
    }
    const known = benchmark.protocols.map((protocol) => protocol.id);
    const unknown = protocols.find((protocol) => !known.includes(protocol));
    if (unknown === undefined) continue;
    const nearest = nearestName(unknown, known);
    const meant = nearest === undefined ? "" : `; did you mean ${nearest}?`;
    throw new InputError(`${id} has no protocol "${unknown}"; known: ${known.join(", ")}${meant}`);
  }
}
