import type { Benchmark, Protocol } from "./benchmark.ts";
import type { ImageEntry } from "./list-images.ts";
import type { LocatedData } from "./locate.ts";

/** Classes named one by one in a message; of more, the number. */
const FEW = 5;

/** What a user should know and do where a protocol has another number of images than expected. */
export function describeIncomplete(
  benchmark: Benchmark,
  protocol: Protocol,
  located: LocatedData,
  images: readonly ImageEntry[],
): string {
  const what = protocol === benchmark.protocols[0] ? benchmark.id : `${benchmark.id}, protocol ${protocol.id},`;
  const empty = emptyClasses(benchmark, protocol, images);
  const missing =
    empty.length === 0
      ? ""
      : empty.length <= FEW
        ? `; without any: ${empty.join(", ")}`
        : `; ${empty.length} of its classes have none`;
  return `${located.root}: ${what} has ${protocol.images} images, found ${images.length}${missing}; get the right ones, or score what is there with --allow-incomplete (every table then says so)`;
}

/** Names of the class folders that should have images and have none. */
function emptyClasses(benchmark: Benchmark, protocol: Protocol, images: readonly ImageEntry[]): string[] {
  const present = new Set(images.map((image) => image.label));
  const folders = folderNames(benchmark);
  const needed =
    protocol.unmapped === "wrong" ? folders.map(() => "1") : (benchmark.classes.keys.get(protocol.labels) ?? []);
  const wanted = typeof protocol.classes === "object" ? new Set(protocol.classes.keys.get("wnid") ?? []) : null;
  return folders.filter((folder, row) => {
    if (present.has(row) || (needed[row] ?? "") === "") return false;
    return wanted === null || wanted.size === 0 || wanted.has(folder);
  });
}

function folderNames(benchmark: Benchmark): readonly string[] {
  for (const layout of benchmark.layouts) {
    if (layout.kind !== "class-folders") continue;
    const names = benchmark.classes.keys.get(layout.key);
    if (names !== undefined) return names;
  }
  return benchmark.classes.keys.get("index") ?? [];
}
