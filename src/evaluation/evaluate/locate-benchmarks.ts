import { dirname, join } from "node:path";
import { type Benchmark, isBenchmarkFile, listBenchmarks, readBenchmark } from "../../data/benchmark/benchmark.ts";
import { findData, type LocatedData, openDataFolder } from "../../data/dataset/locate.ts";
import { describeContents, looksLike } from "../../data/dataset/what-lies-here.ts";
import { statOf } from "../../data/sources/folder-entry.ts";
import { InputError } from "../../foundation/errors.ts";
import type { Note } from "../../foundation/notes.ts";
import { checkVariants } from "./check-variants.ts";
import type { EvaluateOptions } from "./evaluate-options.ts";

/** A benchmark and its images. */
export interface LocatedBenchmark {
  readonly benchmark: Benchmark;
  readonly located: LocatedData;
  /** its definition is the user's own */
  readonly own: boolean;
}

/**
 * Finds the folder of every benchmark asked for: those named, or all that are below the data root. A benchmark of the
 * user's own is looked for beside its file where no data root is given.
 *
 * @param storeRoot  where the indexes of tars are kept
 * @param notes      doubts whether a folder holds what it is read as are said here
 * @throws InputError if one that was asked for is not there, or none is; or if a folder is that of another benchmark
 */
export async function locateBenchmarks(
  options: EvaluateOptions,
  storeRoot: string,
  notes: Note[],
): Promise<LocatedBenchmark[]> {
  const { data, dataDirs = {} } = options;
  const tars = join(storeRoot, "tars");
  if (data !== undefined && statOf(data)?.isDirectory() !== true) throw new InputError(`${data}: no such folder`);
  const wanted = await wantedBenchmarks(options);
  const found: LocatedBenchmark[] = [];
  for (const { benchmark, own } of wanted) {
    const folder = dataDirs[benchmark.id];
    const root = data ?? (own ? dirname(benchmark.path) : undefined);
    let located: LocatedData | null = null;
    if (folder !== undefined) located = await openDataFolder(benchmark, folder, tars);
    else if (root !== undefined) located = await findData(benchmark, root, wanted.length === 1, tars);
    if (located !== null) found.push({ benchmark, located, own });
    else if (options.benchmarks !== undefined) throw new InputError(notFound(benchmark, root));
  }
  if (found.length > 0) {
    await checkVariants(found, data, notes);
    return found;
  }
  const itself = wanted.find(({ benchmark }) => looksLike(benchmark, data as string))?.benchmark.id;
  if (itself !== undefined) {
    throw new InputError(
      `${data}: holds no folder of a benchmark, but looks like ${itself} itself; give it as --data-dir ${itself}=${data}, or the folder above it as --data`,
    );
  }
  const ids = wanted.map(({ benchmark }) => benchmark.id).join(", ");
  const kept = wanted[0]?.benchmark.folders.slice(0, 3).join(", ");
  throw new InputError(
    `${data}: none of the benchmarks ${ids} is there; looked for the folders they are kept in, such as ${kept}; name one with --data-dir ID=PATH`,
  );
}

async function wantedBenchmarks(options: EvaluateOptions): Promise<{ benchmark: Benchmark; own: boolean }[]> {
  const { data, dataDirs = {}, benchmarks } = options;
  const named = Object.keys(dataDirs);
  const asked = benchmarks ?? (data === undefined ? [] : await listBenchmarks());
  const wanted: { benchmark: Benchmark; own: boolean }[] = [];
  for (const typed of asked) wanted.push({ benchmark: await readBenchmark(typed), own: isBenchmarkFile(typed) });
  const known = (id: string) => wanted.some(({ benchmark }) => benchmark.id === id);
  for (const id of named) if (!known(id)) wanted.push({ benchmark: await readBenchmark(id), own: false });
  const ids = wanted.map(({ benchmark }) => benchmark.id);
  const twice = ids.find((id, i) => ids.indexOf(id) !== i);
  if (twice !== undefined) throw new InputError(`two benchmarks are called "${twice}"`);
  if (wanted.length > 0) return wanted;
  throw new InputError(
    "no images: name the folder that holds the benchmarks with --data ROOT, or one with --data-dir ID=PATH",
  );
}

function notFound(benchmark: Benchmark, root: string | undefined): string {
  if (root === undefined) return `${benchmark.id}: no folder for it; name one with --data-dir ${benchmark.id}=PATH`;
  return `${root}: no ${benchmark.id} there (${describeContents(benchmark, root)}); looked for ${benchmark.folders.join(", ")}; name its folder with --data-dir ${benchmark.id}=PATH`;
}
