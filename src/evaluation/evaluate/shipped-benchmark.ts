import { type Benchmark, listBenchmarks, readBenchmark } from "../../data/benchmark/benchmark.ts";
import { resolveClassSpace } from "../../data/benchmark/class-space.ts";
import { differingParts, hashDefinition } from "../../data/benchmark/definition.ts";
import { makeWarning, type Note } from "../../foundation/notes.ts";
import { readProtocolClassNames } from "../scoring/class-name-order.ts";
import type { PlannedProtocol } from "./planned-protocols.ts";

/** Warns where a user's definition has the id of a benchmark that ships and defines another: its results go by that id. */
export async function warnOfShippedId(
  userDefined: Benchmark,
  planned: readonly Pick<PlannedProtocol, "protocol" | "definition">[],
): Promise<Note[]> {
  const { id, path } = userDefined;
  if (!(await listBenchmarks()).includes(id)) return [];
  const shipped = await readBenchmark(id);
  for (const { protocol, definition } of planned) {
    const same = shipped.protocols.find((candidate) => candidate.id === protocol.id);
    if (same !== undefined) {
      const names = (await readProtocolClassNames(shipped, same)).list.names.length;
      const hashes = await hashDefinition(shipped, same, resolveClassSpace(shipped, same, names));
      if (differingParts(definition, hashes).length === 0) continue;
    }
    const text = `${path}: "${id}" is the id of a benchmark that ships, and this is another (protocol ${protocol.id}): its results would stand beside published ones; give it an id of its own`;
    return [makeWarning(text, { benchmark: id })];
  }
  return [];
}
