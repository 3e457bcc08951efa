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
  /** decode every image, and compare or record the content of all */
  readonly deep?: boolean;
  /** folder of recorded content (`manifests/`) and tar indexes; if undefined, nothing is recorded or compared */
  readonly store?: string;
  /** ids, or paths of definitions; default: all shipped ones */
  readonly benchmarks?: readonly string[];
  /** file whose first line is the password of encrypted zip archives */
  readonly zipPasswordFile?: string | undefined;
  /** benchmark id → its folder; the others are searched below the root */
  readonly dataDirs?: Readonly<Record<string, string>>;
  /** benchmark id → column of the class list that contains the names of its class folders, as for `evaluate` */
  readonly folderNames?: Readonly<Record<string, string>>;
  readonly progress?: (progress: InspectDataProgress) => void;
  /** replaces the check of image content; nothing is compared or recorded then */
  readonly check?: (place: Place) => Promise<ContentCheck>;
}

export interface InspectDataProgress {
  readonly benchmark: string;
  readonly phase: "headers" | "contents";
  readonly done: number;
  readonly total: number;
}

/** Inspection of a data root, as a plain object; deterministic for the same files. */
export interface DataInspection {
  readonly root: string;
  readonly deep: boolean;
  readonly benchmarks: readonly BenchmarkInspection[];
  /** sorted by severity */
  readonly problems: readonly DataProblem[];
  /** no problem of severity "error" */
  readonly sound: boolean;
}

/**
 * Finds the benchmarks below a folder (or that are the folder, a container, or the containers of a pattern), and
 * reports completeness and problems. Writes only to the store. Reads the first bytes of every image; with `deep`, reads
 * and decodes whole images.
 *
 * @throws InputError if the root is not a folder, contains none of the benchmarks, or fits several and none by name
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

/** Finds problems of the definitions: a wrong definition makes every number wrong, even on sound data. */
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
        advice: "correct the definition before evaluating with it",
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
  const what = isDataOnly ? "no benchmark found" : "neither a checkpoint (weights or .onnx files) nor data";
  return new InputError(`${root}: ${what}: ${contents}`, { detail: `looked for ${ids}` });
}
