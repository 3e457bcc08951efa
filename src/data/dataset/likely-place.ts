import type { Benchmark } from "../benchmark/benchmark.ts";
import { countLabels } from "../sources/image-list.ts";
import type { SourceRoot } from "../sources/image-source.ts";
import { listImages } from "./list-images.ts";

/**
 * Finds benchmarks to which a place's images may belong: those with exactly as many images, else those for which every
 * class that can be scored has an image, else all whose layout matches.
 *
 * @returns their ids, and a phrase for what they have in common; null where there are none
 */
export async function likelyBenchmarks(
  known: readonly Benchmark[],
  place: SourceRoot,
  cacheFolder: string | undefined,
): Promise<{ readonly ids: readonly string[]; readonly by: string } | null> {
  const listed: { readonly benchmark: Benchmark; readonly images: number; readonly classes: number }[] = [];
  for (const benchmark of known) {
    const found = await listImages(benchmark, place, cacheFolder).catch(() => null); // an error means that it is not this benchmark
    const images = found?.images.length ?? 0;
    if (found !== null && images > 0) listed.push({ benchmark, images, classes: countLabels(found.images).size });
  }
  const rules: readonly (readonly [by: string, fits: (of: (typeof listed)[number]) => boolean])[] = [
    [
      "it has as many images as",
      ({ benchmark, images }) => benchmark.protocols.some((protocol) => protocol.images === images),
    ],
    ["it has images of exactly the classes of", ({ benchmark, classes }) => classes === benchmark.classes.size],
    ["it has the layout of", () => true],
  ];
  for (const [by, fits] of rules) {
    const ids = listed.filter(fits).map(({ benchmark }) => benchmark.id);
    if (ids.length > 0) return { ids, by };
  }
  return null;
}
