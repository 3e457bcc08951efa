import { dirname, join } from "node:path";
import { z } from "zod";
import { type Benchmark, listBenchmarks, readBenchmark } from "../../data/benchmark/benchmark.ts";
import { InputError } from "../../foundation/errors.ts";
import { readJsonAs } from "../../foundation/files/read-text.ts";
import { IMAGENET_AXES, type StudyAxes } from "./study-axes.ts";

/** The definition of a study: its axes and benchmarks. */
export interface Study {
  /** null if it has none: a report is then named after its inputs */
  readonly title: string | null;
  readonly axes: StudyAxes;
  readonly benchmarks: readonly Benchmark[];
}

const names = z.array(z.string()).min(1);
const studySchema = z.strictObject({
  title: z.string().optional(),
  idBenchmark: z.string().optional(),
  idBenchmarks: names.optional(),
  shifts: names,
  benchmarks: names,
});

/**
 * Reads a study: a JSON file that names its benchmarks in distribution (`idBenchmark`, or several in `idBenchmarks`),
 * the shifts that the average is of, and the definitions of its benchmarks, which are next to it. Default: ImageNet and
 * its five shifts.
 *
 * @throws InputError with the file, the field and what was expected
 */
export async function readStudy(path: string | undefined): Promise<Study> {
  if (path === undefined) {
    return {
      title: null,
      axes: IMAGENET_AXES,
      benchmarks: await Promise.all((await listBenchmarks()).map(readBenchmark)),
    };
  }
  const { idBenchmark, idBenchmarks, shifts, ...content } = await readJsonAs(path, studySchema);
  if ((idBenchmark === undefined) === (idBenchmarks === undefined)) {
    throw new InputError(`${path}: expected either idBenchmark (a name) or idBenchmarks (a list)`);
  }
  const benchmarks = await Promise.all(content.benchmarks.map((name) => readBenchmark(join(dirname(path), name))));
  const twice = repeated(benchmarks.map(({ id }) => id));
  if (twice !== undefined) throw new InputError(`${path}: benchmarks: two have the id "${twice}"; ids must be unique`);
  const sides = idBenchmarks ?? [idBenchmark as string];
  for (const id of [...sides, ...shifts]) {
    if (benchmarks.some((benchmark) => benchmark.id === id)) continue;
    throw new InputError(
      `${path}: unknown benchmark "${id}"; known: ${benchmarks.map((benchmark) => benchmark.id).join(", ")}`,
    );
  }
  const both = repeated([...sides, ...shifts]);
  if (both !== undefined) {
    throw new InputError(`${path}: "${both}" is listed twice; a benchmark is either in distribution or a shift`);
  }
  return {
    title: content.title ?? null,
    axes: {
      inDistribution: inDistributionSets(sides, benchmarks),
      shifts,
      titles: Object.fromEntries(benchmarks.map(({ id, title }) => [id, title])),
    },
    benchmarks,
  };
}

/**
 * Returns the study with other in-distribution benchmarks. Those that were shifts are no longer shifts and not in the
 * average; a former x axis becomes a benchmark outside the average.
 *
 * @throws InputError if one is not in the study, is given twice, or no shift remains
 */
export function withInDistribution(study: Study, sides: readonly string[]): Study {
  const known = study.benchmarks.map(({ id }) => id);
  for (const id of sides) {
    if (!known.includes(id)) throw new InputError(`--id ${id}: no such benchmark; known: ${known.join(", ")}`);
  }
  const twice = repeated(sides);
  if (twice !== undefined) throw new InputError(`--id ${twice}: given twice`);
  const shifts = study.axes.shifts.filter((shift) => !sides.includes(shift));
  if (shifts.length === 0) throw new InputError(`--id ${sides.join(",")}: no shift remains`);
  return { ...study, axes: { ...study.axes, inDistribution: inDistributionSets(sides, study.benchmarks), shifts } };
}

function inDistributionSets(ids: readonly string[], benchmarks: readonly Benchmark[]): StudyAxes["inDistribution"] {
  return ids.map((id) => {
    const { protocols } = benchmarks.find((benchmark) => benchmark.id === id) as Benchmark;
    const [whole = "", ...subsets] = protocols.map((protocol) => protocol.id);
    return { benchmark: id, wholeProtocols: ["", whole], classSubsets: subsets };
  }) as unknown as StudyAxes["inDistribution"];
}

function repeated(ids: readonly string[]): string | undefined {
  return ids.find((id, at) => ids.indexOf(id) !== at);
}

/** Returns each benchmark's default protocol, which an empty protocol in an external CSV file stands for. */
export function defaultProtocolsOf({ benchmarks }: Study): Map<string, string> {
  return new Map(benchmarks.map(({ id, protocols }) => [id, (protocols[0] as { id: string }).id]));
}

/** Returns the files that define a study's benchmarks. */
export function benchmarkPaths({ benchmarks }: Study): string[] {
  return benchmarks.map(({ path }) => path);
}
