import type { Benchmark, Protocol } from "../benchmark/benchmark.ts";
import { folderKeys } from "../benchmark/layout.ts";
import { countLabels, type ImageList } from "../sources/image-list.ts";
import { pathOfPlace } from "../sources/image-source.ts";
import { nameFew } from "./describe-aside.ts";
import type { LocatedData } from "./locate.ts";

/** Maximum number of classes in a message; further ones are counted. */
const FEW = 5;

/** Advice where a run stops because images are missing. */
export const INCOMPLETE_ADVICE =
  "get the missing images, score the available ones with --allow-incomplete, or score a sample with --limit N (every table then states this)";

/**
 * Describes a difference between a protocol's number of images and the expected number.
 *
 * @param images  the images that it would score
 * @param scored  whether it scores the images of a class
 */
export function describeIncomplete(
  benchmark: Benchmark,
  protocol: Protocol,
  located: LocatedData,
  images: ImageList,
  scored: (label: number) => boolean,
): string {
  const what = protocol === benchmark.protocols[0] ? benchmark.id : `${benchmark.id}, protocol ${protocol.id},`;
  const present = countLabels(images);
  const empty = folderNames(benchmark).filter((_, label) => scored(label) && !present.has(label));
  const missing =
    empty.length === 0
      ? ""
      : empty.length <= FEW
        ? `; without images: ${empty.join(", ")}`
        : `; ${empty.length} of its classes have none`;
  const loose = located.aside.looseImages.length;
  const withoutClass = loose === 0 ? "" : `; ${loose} there have no class: ${nameFew(located.aside.looseImages)}`;
  return `${pathOfPlace(located)}: ${what} has ${protocol.images} images, found ${images.length}${missing}${withoutClass}`;
}

/** Returns the published folder names of the classes, in class order; their indices where there are no folders. */
export function folderNames({ layouts, classes }: Pick<Benchmark, "layouts" | "classes">): readonly string[] {
  const key = folderKeys(layouts).find((key) => classes.keys.has(key)) ?? "index";
  return classes.keys.get(key) ?? [];
}
