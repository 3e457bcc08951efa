import type { Benchmark } from "../../data/benchmark/benchmark.ts";
import { doubtfulBenchmark } from "../../data/benchmark/check-benchmark.ts";
import { resolveClassSpace } from "../../data/benchmark/class-space.ts";
import { type DefinitionHashes, hashDefinition } from "../../data/benchmark/definition.ts";
import { readPromptSet } from "../../evaluation/classifier/prompt-set.ts";
import { readProtocolClassNames } from "../../evaluation/scoring/class-name-order.ts";
import { InputError } from "../../foundation/errors.ts";
import type { Note } from "../../foundation/notes.ts";

/** A problem of a definition; with an error, an evaluation would not start. */
export interface DefinitionProblem {
  readonly severity: "error" | "warning" | "note";
  readonly text: string;
}

/** A protocol as defined by its files; null for values that they do not determine. */
export interface InspectedProtocol {
  readonly id: string;
  readonly images: number;
  readonly classes: number | null;
  /** number of scored folders or labels */
  readonly folders: number | null;
  readonly class_names: string;
  readonly pre_crop: number;
  /** hashes of the parts that can change a score */
  readonly definition: DefinitionHashes | null;
}

export interface DefinitionInspection {
  readonly protocols: readonly InspectedProtocol[];
  /** without duplicates; errors first */
  readonly problems: readonly DefinitionProblem[];
}

/** Reads all files that a definition refers to, and reports the problems that `evaluate` would report at its start. */
export async function inspectDefinition(benchmark: Benchmark): Promise<DefinitionInspection> {
  const problems = new Map<string, DefinitionProblem>();
  const add = ({ severity, text }: DefinitionProblem | Note) => problems.set(text, { severity, text });
  const orProblem = async <Value>(read: () => Promise<Value>): Promise<Value | null> => {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      add({ severity: "error", text: error.message });
      return null;
    }
  };
  for (const note of doubtfulBenchmark(benchmark)) add(note);
  const { templates } = benchmark;
  if (templates !== undefined)
    for (const note of (await orProblem(() => readPromptSet(templates)))?.notes ?? []) add(note);
  const protocols: InspectedProtocol[] = [];
  for (const protocol of benchmark.protocols) {
    const matched = await orProblem(() => readProtocolClassNames(benchmark, protocol));
    for (const note of matched?.notes ?? []) add(note);
    const found =
      matched === null
        ? null
        : await orProblem(async () => {
            const space = resolveClassSpace(benchmark, protocol, matched.list.names.length);
            return { space, definition: await hashDefinition(benchmark, protocol, space) };
          });
    protocols.push({
      id: protocol.id,
      images: protocol.images,
      classes: found?.space.rows.length ?? null,
      folders: found?.space.accepted.filter((accepted) => accepted !== null).length ?? null,
      class_names: matched?.list.id ?? protocol.classNames,
      pre_crop: protocol.preCrop,
      definition: found?.definition ?? null,
    });
  }
  const order = ["error", "warning", "note"];
  const sorted = [...problems.values()].sort((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity));
  return { protocols, problems: sorted };
}
