import { join } from "node:path";
import { type Benchmark, listBenchmarks, readBenchmark } from "../../data/benchmark/benchmark.ts";
import { withFolderNames } from "../../data/benchmark/folder-names.ts";
import { placeAt } from "../../data/dataset/data-place.ts";
import { describeContents } from "../../data/dataset/describe-contents.ts";
import { InputError } from "../../foundation/errors.ts";
import { describeCheckpoints } from "../../model/checkpoint/describe-contents.ts";
import { type BenchmarkInspection, inspectBenchmark, storeIsThere } from "./inspect-benchmark.ts";
import type { DataProblem } from "./inspect-benchmark-problems.ts";
import type { ContentCheck } from "./inspect-content.ts";
import { inspectDefinition } from "./inspect-definition.ts";
import { findPlaces, type Place, rootAsPlace } from "./inspect-places.ts";
import { findProblems } from "./inspect-problems.ts";

export interface InspectDataOptions {
  /** decode every image, and compare or write down the content of all */
  readonly deep?: boolean;
  /** where content is written down (`manifests/`), and the indexes of tars; nothing is, and nothing compared, where absent */
  readonly store?: string;
  /** ids, or paths of definitions; all that ship with the package where absent */
  readonly benchmarks?: readonly string[];
  /** file whose first line is the password of encrypted zips */
  readonly zipPasswordFile?: string | undefined;
  /** benchmark id → its folder; the others are looked for below the root */
  readonly dataDirs?: Readonly<Record<string, string>>;
  /** benchmark id → column of the class list that its class folders are named by, as for `evaluate` */
  readonly folderNames?: Readonly<Record<string, string>>;
  readonly progress?: (progress: InspectDataProgress) => void;
  /** what looks into the images in place of the inspection, which then neither compares nor writes anything down */
  readonly check?: (place: Place) => Promise<ContentCheck>;
}

export interface InspectDataProgress {
  readonly benchmark: string;
  readonly phase: "headers" | "contents";
  readonly done: number;
  readonly total: number;
}

/** What is below a data root: a plain object, the same for the same files. */
export interface DataInspection {
  readonly root: string;
  readonly deep: boolean;
  readonly benchmarks: readonly BenchmarkInspection[];
  /** the most serious first */
  readonly problems: readonly DataProblem[];
  /** no problem of severity "error" */
  readonly sound: boolean;
}

/**
 * Says which benchmarks are below a folder (or are that folder, a container, or the containers of a pattern), how complete
 * they are, and what is wrong with them. Only the store is written to. Every image's first bytes are read; `deep` reads and decodes all of it.
 *
 * @throws InputError if the root is no folder, holds none of the benchmarks, or fits several and none by name
 */
export async function inspectData(root: string, options: InspectDataOptions = {}): Promise<DataInspection> {
  const { deep = false, store, folderNames = {}, progress, check } = options;
  const isPicked = (await placeAt(root)).files !== undefined;
  const shipped = await Promise.all((await listBenchmarks()).map(readBenchmark));
  const { dataDirs = {} } = options;
  const named =
    options.benchmarks === undefined ? shipped : await Promise.all([...new Set(options.benchmarks)].map(readBenchmark));
  const unnamed = Object.keys(dataDirs).filter((id) => named.every((benchmark) => benchmark.id !== id));
  const asked = [...named, ...(await Promise.all(unnamed.map(readBenchmark)))].map((benchmark) => {
    const column = folderNames[benchmark.id];
    return column === undefined ? benchmark : withFolderNames(benchmark, column);
  });
  const cache = deep || storeIsThere(store) ? store : undefined;
  const cacheFolder = cache === undefined ? undefined : join(cache, "tars");
  const findOptions = { cacheFolder, passwordFile: options.zipPasswordFile, dataDirs };
  const itself = isPicked ? await rootAsPlace(asked, root, findOptions) : null;
  const { places, unrecognized } = isPicked
    ? { places: itself === null ? [] : [itself], unrecognized: [] }
    : await findPlaces(asked, root, findOptions);
  if (places.length === 0 && unrecognized.length === 0)
    throw await nothingFound(asked, root, { cacheFolder, isDataOnly: check !== undefined });
  const benchmarks: BenchmarkInspection[] = [];
  for (const place of places) {
    const { id } = place.benchmark;
    benchmarks.push(
      await inspectBenchmark(place, shipped, {
        deep,
        store: check === undefined ? store : undefined,
        check,
        ...(progress === undefined
          ? {}
          : { progress: (phase, done, total) => progress({ benchmark: id, phase, done, total }) }),
      }),
    );
  }
  const seen = new Set([...benchmarks, ...unrecognized].map(({ benchmark }) => benchmark));
  const absent = options.benchmarks === undefined ? [] : asked.filter(({ id }) => !seen.has(id));
  const problems = [...(await definitionProblems(places)), ...findProblems(root, benchmarks, unrecognized, absent)];
  return { root, deep, benchmarks, problems, sound: !problems.some(({ severity }) => severity === "error") };
}

/** What is wrong with the definitions themselves: of sound data by a wrong definition, every number is wrong. */
async function definitionProblems(places: readonly Place[]): Promise<DataProblem[]> {
  const problems: DataProblem[] = [];
  for (const { benchmark, survey } of places) {
    for (const { severity, text } of (await inspectDefinition(benchmark)).problems) {
      if (severity === "note") continue;
      problems.push({
        severity,
        kind: "definition",
        benchmark: benchmark.id,
        root: survey.root,
        message: text,
        advice: "correct the definition before anything is evaluated by it",
        items: [],
      });
    }
  }
  return problems;
}

async function nothingFound(
  benchmarks: readonly Benchmark[],
  root: string,
  { cacheFolder, isDataOnly }: { readonly cacheFolder: string | undefined; readonly isDataOnly: boolean },
): Promise<InputError> {
  const checkpoints = isDataOnly ? null : describeCheckpoints(root);
  const contents = checkpoints ?? (await describeContents(benchmarks, await placeAt(root), cacheFolder));
  const ids = benchmarks.map(({ id }) => id).join(", ");
  const what = isDataOnly ? "no benchmark there" : "neither a checkpoint (weights or .onnx files) nor data";
  return new InputError(`${root}: ${what}: ${contents}`, { detail: `looked for ${ids}` });
}
