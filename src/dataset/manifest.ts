import { sha256 } from "../files/sha256.ts";
import { InputError } from "../input-error.ts";
import type { Benchmark } from "./benchmark.ts";
import type { ImageEntry } from "./list-images.ts";
import type { LocatedData } from "./locate.ts";

/** The images of one run in canonical order. Everything stored or scored refers to them by position. */
export interface Manifest {
  readonly benchmark: string;
  readonly root: string;
  readonly layout: string;
  readonly images: readonly ImageEntry[];
  /** images the benchmark has when complete */
  readonly expected: number;
  /** SHA-256 over path and size of every image, in order */
  readonly sha256: string;
}

/**
 * Makes the manifest of a benchmark's images.
 *
 * @param limit            a seeded sample of this many images, spread over the classes
 * @param allowIncomplete  go on with another number of images than the benchmark has
 * @throws InputError if the number is another and neither is given
 */
export function makeManifest(
  benchmark: Benchmark,
  data: LocatedData,
  options: { readonly limit?: number; readonly allowIncomplete?: boolean } = {},
): Manifest {
  const found = data.images.length;
  const { limit } = options;
  if (limit === undefined && found !== benchmark.images && options.allowIncomplete !== true) {
    throw new InputError(wrongNumber(benchmark, data));
  }
  const images = limit === undefined || limit >= found ? data.images : sampleImages(data.images, limit);
  return {
    benchmark: benchmark.id,
    root: data.root,
    layout: data.layout.kind,
    images,
    expected: benchmark.images,
    sha256: sha256(images.map((image) => `${image.path}\t${image.bytes}\n`).join("")),
  };
}

function wrongNumber(benchmark: Benchmark, data: LocatedData): string {
  const counts = new Int32Array(benchmark.classes.size);
  for (const image of data.images) counts[image.label] = counts[image.label]! + 1;
  const empty = counts.filter((count) => count === 0).length;
  const missing = empty > 0 ? `, ${empty} of ${counts.length} classes have none` : "";
  return `${data.root}: ${benchmark.id} has ${benchmark.images} images, found ${data.images.length}${missing}; get the rest, or score what is there with --allow-incomplete (every table then says so)`;
}

/**
 * A sample that depends on the paths alone: within a class by the hash of the path, the classes in turn, those with the
 * smallest first hash first. In canonical order.
 */
function sampleImages(images: readonly ImageEntry[], limit: number): ImageEntry[] {
  const byClass = new Map<number, { image: ImageEntry; hash: string }[]>();
  for (const image of images) {
    const group = byClass.get(image.label) ?? [];
    group.push({ image, hash: sha256(`shiftline sample 1\n${image.path}`) });
    byClass.set(image.label, group);
  }
  const groups = [...byClass.values()];
  for (const group of groups) group.sort((a, b) => (a.hash < b.hash ? -1 : 1));
  groups.sort((a, b) => ((a[0]?.hash ?? "") < (b[0]?.hash ?? "") ? -1 : 1));
  const chosen = new Set<ImageEntry>();
  for (let round = 0; chosen.size < limit; round++) {
    for (const group of groups) {
      const pick = group[round];
      if (pick !== undefined && chosen.size < limit) chosen.add(pick.image);
    }
  }
  return images.filter((image) => chosen.has(image));
}
