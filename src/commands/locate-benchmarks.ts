import { join } from "node:path";
import { type Benchmark, listBenchmarks, readBenchmark } from "../dataset/benchmark.ts";
import { findData, type LocatedData, openDataFolder } from "../dataset/locate.ts";
import { InputError } from "../input-error.ts";
import type { EvaluateOptions } from "./evaluate.ts";

/**
 * Finds the folder of every benchmark asked for: those named, or all that are below the data root.
 *
 * @param storeRoot  where the indexes of tars are kept
 * @throws InputError if one that was asked for is not there, or none is
 */
export async function locateBenchmarks(
  options: EvaluateOptions,
  storeRoot: string,
): Promise<{ benchmark: Benchmark; located: LocatedData }[]> {
  const tars = join(storeRoot, "tars");
  const { data, dataDirs = {} } = options;
  const named = Object.keys(dataDirs);
  if (data === undefined && named.length === 0) {
    throw new InputError(
      "no images: name the folder that holds the benchmarks with --data ROOT, or one with --data-dir ID=PATH",
    );
  }
  const asked = options.benchmarks ?? (data === undefined ? named : await listBenchmarks());
  const found: { benchmark: Benchmark; located: LocatedData }[] = [];
  for (const id of new Set([...asked, ...named])) {
    const benchmark = await readBenchmark(id);
    const folder = dataDirs[id];
    const located =
      folder !== undefined
        ? await openDataFolder(benchmark, folder, tars)
        : data === undefined
          ? null
          : await findData(benchmark, data, asked.length === 1, tars);
    if (located !== null) found.push({ benchmark, located });
    else if (options.benchmarks !== undefined) throw new InputError(notFound(benchmark, data));
  }
  if (found.length === 0) {
    throw new InputError(
      `${data}: none of the benchmarks ${asked.join(", ")} is there; looked for the folders they are kept in, such as ${(await readBenchmark(asked[0] as string)).folders.slice(0, 3).join(", ")}; name one with --data-dir ID=PATH`,
    );
  }
  return found;
}

function notFound(benchmark: Benchmark, data: string | undefined): string {
  if (data === undefined) return `${benchmark.id}: no folder for it; name one with --data-dir ${benchmark.id}=PATH`;
  return `${data}: no ${benchmark.id} there; looked for ${benchmark.folders.join(", ")}; name its folder with --data-dir ${benchmark.id}=PATH`;
}
