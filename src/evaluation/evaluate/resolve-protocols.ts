import { nearestName } from "../../foundation/closest-names.ts";
import { InputError } from "../../foundation/errors.ts";
import type { LocatedBenchmark } from "./locate-benchmarks.ts";

/** Benchmark id → protocols. */
export type ProtocolChoice = Readonly<Record<string, readonly string[]>>;

/**
 * Resolves the protocols that are asked for, of which those under "" are of every benchmark that has them.
 *
 * @param further benchmark id → a protocol that it has beside its own, by labels of single images
 * @returns those of each benchmark of which any is asked for
 * @throws InputError if one is asked for of a benchmark that is not evaluated, or that no such benchmark has
 */
export function resolveProtocols(
  asked: ProtocolChoice | undefined,
  located: readonly Pick<LocatedBenchmark, "benchmark">[],
  further: ReadonlyMap<string, string> = new Map(),
): ProtocolChoice {
  const benchmarks = located.map(({ benchmark: { id, protocols } }) => {
    const ids = protocols.map((protocol) => protocol.id);
    return { id, protocols: further.has(id) ? [...ids, further.get(id) as string] : ids };
  });
  const chosen = new Map<string, string[]>();
  const choose = (id: string, protocol: string) => chosen.set(id, [...(chosen.get(id) ?? []), protocol]);
  for (const [id, protocols] of Object.entries(asked ?? {})) {
    const benchmark = benchmarks.find((candidate) => candidate.id === id);
    if (id !== "" && benchmark === undefined) {
      const evaluated = benchmarks.map((candidate) => candidate.id).join(", ");
      throw new InputError(`protocol of ${id}: not evaluated here; evaluated are ${evaluated}`);
    }
    const among = benchmark === undefined ? benchmarks : [benchmark];
    for (const protocol of protocols) {
      const having = among.filter((candidate) => candidate.protocols.includes(protocol));
      if (having.length === 0) throw unknownProtocol(protocol, among);
      for (const candidate of having) choose(candidate.id, protocol);
    }
  }
  return Object.fromEntries(chosen);
}

function unknownProtocol(
  protocol: string,
  among: readonly { readonly id: string; readonly protocols: readonly string[] }[],
): InputError {
  const known = [...new Set(among.flatMap(({ protocols }) => protocols))];
  const nearest = nearestName(protocol, known);
  const meant = nearest === undefined ? "" : `; did you mean ${nearest}?`;
  const [only] = among;
  const who = among.length === 1 ? `${only?.id} has no protocol` : "no benchmark evaluated here has a protocol";
  return new InputError(`${who} "${protocol}"; known: ${known.join(", ")}${meant}`);
}
