import { nearestName } from "../../foundation/closest-names.ts";
import { InputError } from "../../foundation/errors.ts";
import type { LocatedBenchmark } from "./locate-benchmarks.ts";

/** Benchmark id → protocols. */
export type ProtocolChoice = Readonly<Record<string, readonly string[]>>;

/**
 * Resolves the requested protocols; those under "" apply to every benchmark that has them.
 *
 * @param further benchmark id → its additional protocol by labels of single images
 * @returns the requested protocols per benchmark; benchmarks without any are absent
 * @throws InputError if a protocol is requested for a benchmark that is not evaluated, or is unknown
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
      throw new InputError(`protocol of ${id}: not evaluated here; evaluated: ${evaluated}`);
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
