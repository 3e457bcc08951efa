import { stat } from "node:fs/promises";
import { join } from "node:path";
import { type Benchmark, listBenchmarks, readBenchmark } from "../../data/benchmark/benchmark.ts";
import { InputError } from "../../foundation/errors.ts";
import { describeContents } from "../../model/checkpoint/describe-contents.ts";
import { type BenchmarkInspection, inspectBenchmark, storeIsThere } from "./inspect-benchmark.ts";
import type { DataProblem } from "./inspect-benchmark-problems.ts";
import type { ContentCheck } from "./inspect-content.ts";
import { inspectDefinition } from "./inspect-definition.ts";
import { findPlaces, type Place } from "./inspect-places.ts";
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
 * Says which benchmarks are below a folder (or are that folder), how complete they are, and what is wrong with them. Only
 * the store is written to. Every image's first bytes are read; `deep` reads and decodes all of it.
 *
 * @throws InputError if the root is no folder, holds none of the benchmarks, or fits several and none by name
 */
export async function inspectData(root: string, options: InspectDataOptions = {}): Promise<DataInspection> {
  const info = await stat(root).catch(() => undefined);
  if (info === undefined) throw new InputError(`${root}: no such folder`);
  if (!info.isDirectory()) throw new InputError(`${root}: expected a folder with benchmarks, found a file`);
  const { deep = false, store, progress, check } = options;
  const shipped = await Promise.all((await listBenchmarks()).map(readBenchmark));
  const { dataDirs = {} } = options;
  const named =
    options.benchmarks === undefined ? shipped : await Promise.all([...new Set(options.benchmarks)].map(readBenchmark));
  const unnamed = Object.keys(dataDirs).filter((id) => named.every((benchmark) => benchmark.id !== id));
  const asked = [...named, ...(await Promise.all(unnamed.map(readBenchmark)))];
  const cache = deep || storeIsThere(store) ? store : undefined;
  const { places, unrecognised } = await findPlaces(asked, root, {
    cacheFolder: cache === undefined ? undefined : join(cache, "tars"),
    passwordFile: options.zipPasswordFile,
    dataDirs,
  });
  if (places.length === 0 && unrecognised.length === 0) throw nothingFound(asked, root);
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
  const seen = new Set([...benchmarks, ...unrecognised].map(({ benchmark }) => benchmark));
  const absent = options.benchmarks === undefined ? [] : asked.filter(({ id }) => !seen.has(id));
  const problems = [...(await definitionProblems(places)), ...findProblems(root, benchmarks, unrecognised, absent)];
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

/** Folders that a message names. */
const FEW_FOLDERS = 3;

function nothingFound(benchmarks: readonly Benchmark[], root: string): InputError {
  const names = benchmarks.flatMap(({ folders }) => folders.slice(0, 1));
  const ids = benchmarks.map(({ id }) => id).join(", ");
  return new InputError(
    `${root}: neither a checkpoint nor data: ${describeContents(root)}; expected weights or .onnx files, or folders such as ${names.slice(0, FEW_FOLDERS).join(", ")}, or one benchmark's class folders, files or tars`,
    { detail: `looked for ${ids}, in folders such as ${names.join(", ")}` },
  );
}
