import { join } from "node:path";
import type { Benchmark } from "../benchmark/benchmark.ts";
import type { NamedPlace } from "./data-place.ts";
import { describeContents } from "./describe-contents.ts";

/** A folder or an archive with a benchmark's name in which that benchmark was not found. */
export interface UnrecognizedPlace {
  readonly path: string;
  /** id */
  readonly benchmark: string;
  /** what it contains instead, and what to do */
  readonly contents: string;
}

/**
 * Describes the content of places that have a benchmark's name and do not contain one. Places that contain a benchmark
 * that was found are left out (imagenet/ where imagenet/val is found, imagenet-v2/ where any of its three sets is), and
 * so are places that contain another described place.
 *
 * @param passed  examined places, with the benchmark that was looked for
 * @param taken   real paths of the places where benchmarks were found
 */
export async function describeUnrecognized(
  passed: readonly { readonly place: NamedPlace; readonly benchmark: Benchmark }[],
  taken: readonly string[],
  cacheFolder: string | undefined,
): Promise<UnrecognizedPlace[]> {
  const isIn = (real: string, path: string) => path === real || path.startsWith(join(real, "/"));
  const left = passed.filter(({ place }) => !taken.some((path) => isIn(place.real, path)));
  const innermost = left.filter(
    ({ place: { real } }, at) =>
      !left.some((candidate, o) => isIn(real, candidate.place.real) && (candidate.place.real !== real || o < at)),
  );
  return Promise.all(
    innermost.map(async ({ place, benchmark }) => ({
      path: place.path,
      benchmark: benchmark.id,
      contents: await describeContents([benchmark], { root: place.root, files: place.files }, cacheFolder),
    })),
  );
}
