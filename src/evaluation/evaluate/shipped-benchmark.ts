import { type Benchmark, listBenchmarks, readBenchmark } from "../../data/benchmark/benchmark.ts";
import { resolveClassSpace } from "../../data/benchmark/class-space.ts";
import { differingParts, hashDefinition } from "../../data/benchmark/definition.ts";
import { makeWarning, type Note } from "../../foundation/notes.ts";
import { readProtocolClassNames } from "../scoring/class-name-order.ts";
import type { PlannedProtocol } from "./planned-protocols.ts";

/**
 * Warns if a user's definition has the id of a shipped benchmark but different content, because results are identified
 * by id.
 */
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
    const text = `${path}: "${id}" is the id of a shipped benchmark with different content (protocol ${protocol.id}): its results would be compared with published ones; choose another id`;
    return [makeWarning(text, { benchmark: id })];
  }
  return [];
}
