import { dirname, join } from "node:path";
import { z } from "zod";
import { type Benchmark, listBenchmarks, readBenchmark } from "../../data/benchmark/benchmark.ts";
import { InputError } from "../../foundation/errors.ts";
import { readJsonAs } from "../../foundation/files/read-text.ts";
import { IMAGENET_AXES, type StudyAxes } from "./study-axes.ts";

/** What a study is of: its axes, and the benchmarks it knows. */
export interface Study {
  /** null where it has none: a report is then called by its inputs */
  readonly title: string | null;
  readonly axes: StudyAxes;
  readonly benchmarks: readonly Benchmark[];
}

const studySchema = z.strictObject({
  title: z.string().optional(),
  idBenchmark: z.string(),
  shifts: z.array(z.string()).min(1),
  benchmarks: z.array(z.string()).min(1),
});

/**
 * Reads a study: a JSON file that names the in-distribution benchmark, the shifts that the average is of, and the
 * definitions of its benchmarks, which lie beside it. ImageNet and its five shifts where none is given.
 *
 * @throws InputError naming the file, the field and what was expected there
 */
export async function readStudy(path: string | undefined): Promise<Study> {
  if (path === undefined) {
    return {
      title: null,
      axes: IMAGENET_AXES,
      benchmarks: await Promise.all((await listBenchmarks()).map(readBenchmark)),
    };
  }
  const content = await readJsonAs(path, studySchema);
  const { idBenchmark, shifts } = content;
  const benchmarks = await Promise.all(content.benchmarks.map((name) => readBenchmark(join(dirname(path), name))));
  const ids = benchmarks.map(({ id }) => id);
  const twice = ids.find((id, at) => ids.indexOf(id) !== at);
  if (twice !== undefined)
    throw new InputError(`${path}: benchmarks: two are called "${twice}"; each needs an id of its own`);
  for (const id of [idBenchmark, ...shifts]) {
    if (benchmarks.some((benchmark) => benchmark.id === id)) continue;
    throw new InputError(
      `${path}: no benchmark "${id}" among those it names: ${benchmarks.map((one) => one.id).join(", ")}`,
    );
  }
  const id = benchmarks.find((benchmark) => benchmark.id === idBenchmark) as Benchmark;
  return {
    title: content.title ?? null,
    axes: {
      idBenchmark,
      wholeProtocols: ["", (id.protocols[0] as { id: string }).id],
      classSubsets: id.protocols.slice(1).map((protocol) => protocol.id),
      shifts,
      titles: Object.fromEntries(benchmarks.map(({ id, title }) => [id, title])),
    },
    benchmarks,
  };
}

/** Each benchmark's default protocol: what an empty protocol in a CSV file from elsewhere means. */
export function defaultProtocolsOf({ benchmarks }: Study): Map<string, string> {
  return new Map(benchmarks.map(({ id, protocols }) => [id, (protocols[0] as { id: string }).id]));
}

/** The files that define a study's benchmarks. */
export function benchmarkPaths({ benchmarks }: Study): string[] {
  return benchmarks.map(({ path }) => path);
}
