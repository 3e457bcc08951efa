import type { Benchmark, Protocol } from "../benchmark/benchmark.ts";
import { folderKeys } from "../benchmark/layout.ts";
import { countLabels, type ImageList } from "../sources/image-list.ts";
import { pathOfPlace } from "../sources/image-source.ts";
import { nameFew } from "./describe-aside.ts";
import type { LocatedData } from "./locate.ts";

/** Classes named one by one in a message; of more, the number. */
const FEW = 5;

/** What to do about it, where a run stops there. */
export const INCOMPLETE_ADVICE =
  "get the right ones, score what is there with --allow-incomplete, or a sample of it with --limit N (every table then says so)";

/**
 * What a user should know where a protocol has another number of images than expected.
 *
 * @param images  those it would score
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
        ? `; without any: ${empty.join(", ")}`
        : `; ${empty.length} of its classes have none`;
  const loose = located.aside.looseImages.length;
  const beside = loose === 0 ? "" : `; ${loose} lie there without a class: ${nameFew(located.aside.looseImages)}`;
  return `${pathOfPlace(located)}: ${what} has ${protocol.images} images, found ${images.length}${missing}${beside}`;
}

/** How the folders of the classes are called as published, in class order; their indices where there are no folders. */
export function folderNames({ layouts, classes }: Pick<Benchmark, "layouts" | "classes">): readonly string[] {
  const key = folderKeys(layouts).find((key) => classes.keys.has(key)) ?? "index";
  return classes.keys.get(key) ?? [];
}
