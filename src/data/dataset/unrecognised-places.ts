import { join } from "node:path";
import type { Benchmark } from "../benchmark/benchmark.ts";
import type { NamedPlace } from "./data-place.ts";
import { describeContents } from "./what-lies-here.ts";

/** A folder or an archive of a name that a benchmark is kept under, in which that benchmark was not found. */
export interface UnrecognisedPlace {
  readonly path: string;
  /** id */
  readonly benchmark: string;
  /** what is in it instead, and the step that is missing */
  readonly contents: string;
}

/**
 * Says what is in places of benchmarks' names that hold none. A place that holds one that was found is none of these (imagenet/
 * where imagenet/val is found, imagenet-v2/ where any of the three sets in it is), nor one that holds another of these.
 *
 * @param passed  places that were looked into, with the benchmark that was looked for
 * @param taken   real paths of those that hold what was found
 */
export async function describeUnrecognised(
  passed: readonly { readonly place: NamedPlace; readonly benchmark: Benchmark }[],
  taken: readonly string[],
  cacheFolder: string | undefined,
): Promise<UnrecognisedPlace[]> {
  const isIn = (real: string, path: string) => path === real || path.startsWith(join(real, "/"));
  const left = passed.filter(({ place }) => !taken.some((path) => isIn(place.real, path)));
  const innermost = left.filter(
    ({ place: { real } }, at) =>
      !left.some((other, o) => isIn(real, other.place.real) && (other.place.real !== real || o < at)),
  );
  return Promise.all(
    innermost.map(async ({ place, benchmark }) => ({
      path: place.path,
      benchmark: benchmark.id,
      contents: await describeContents([benchmark], { root: place.root, files: place.files }, cacheFolder),
    })),
  );
}
