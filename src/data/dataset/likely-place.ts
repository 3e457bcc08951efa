import type { Benchmark } from "../benchmark/benchmark.ts";
import { countLabels } from "../sources/image-list.ts";
import type { SourceRoot } from "../sources/image-source.ts";
import { listImages } from "./list-images.ts";

/**
 * Benchmarks that a place's images may be of: those that have just as many, else those of which there is an image of every
 * class that can be scored, else all whose layout they have.
 *
 * @returns their ids, and in words what they have in common; null where it is none
 */
export async function likelyBenchmarks(
  known: readonly Benchmark[],
  place: SourceRoot,
  cacheFolder: string | undefined,
): Promise<{ readonly ids: readonly string[]; readonly by: string } | null> {
  const listed: { readonly benchmark: Benchmark; readonly images: number; readonly classes: number }[] = [];
  for (const benchmark of known) {
    const found = await listImages(benchmark, place, cacheFolder).catch(() => null); // whatever is wrong, it is not that
    const images = found?.images.length ?? 0;
    if (found !== null && images > 0) listed.push({ benchmark, images, classes: countLabels(found.images).size });
  }
  const rules: readonly (readonly [by: string, fits: (of: (typeof listed)[number]) => boolean])[] = [
    ["it has as many images as", ({ benchmark, images }) => benchmark.protocols.some((one) => one.images === images)],
    ["it has images of just the classes of", ({ benchmark, classes }) => classes === benchmark.classes.size],
    ["it is laid out as", () => true],
  ];
  for (const [by, fits] of rules) {
    const ids = listed.filter(fits).map(({ benchmark }) => benchmark.id);
    if (ids.length > 0) return { ids, by };
  }
  return null;
}
