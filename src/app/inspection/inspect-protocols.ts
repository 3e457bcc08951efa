import type { Benchmark, Protocol } from "../../data/benchmark/benchmark.ts";
import { resolveClassSpace } from "../../data/benchmark/class-space.ts";
import { countLabels, type ImageList } from "../../data/sources/image-list.ts";
import { readClassNames } from "../../evaluation/classifier/class-names.ts";

/** Completeness of a benchmark's images for one protocol. */
export interface ProtocolInspection {
  readonly id: string;
  /** number of images that it would score */
  readonly n: number;
  readonly expected: number;
  /** left out: it has no image, or needs images in addition to the default protocol's, none of which exist */
  readonly state: "complete" | "incomplete" | "left out";
}

/**
 * Counts the images of every protocol, and determines the classes (rows of the class list) needed by those to be
 * scored.
 */
export async function inspectProtocols(
  benchmark: Benchmark,
  images: ImageList,
): Promise<{ readonly protocols: ProtocolInspection[]; readonly needed: ReadonlySet<number> }> {
  const scored = await Promise.all(benchmark.protocols.map((protocol) => scoredClasses(benchmark, protocol)));
  const perClass = countLabels(images);
  const needed = new Set<number>();
  const isDefault = new Set(scored[0]);
  const onlyDefault = [...perClass.keys()].every((label) => isDefault.has(label));
  const protocols = benchmark.protocols.map((protocol, at): ProtocolInspection => {
    const classes = scored[at] as number[];
    const n = classes.reduce((sum, label) => sum + (perClass.get(label) ?? 0), 0);
    const beyond = protocol.images > benchmark.images && onlyDefault;
    const leftOut = at > 0 && (n === 0 || beyond);
    if (!leftOut) for (const label of classes) needed.add(label);
    const state = leftOut ? "left out" : n === protocol.images ? "complete" : "incomplete";
    return { id: protocol.id, n, expected: protocol.images, state };
  });
  return { protocols, needed };
}

/** Returns the rows of the class list whose images a protocol scores. */
async function scoredClasses(benchmark: Benchmark, protocol: Protocol): Promise<number[]> {
  const { names } = await readClassNames(protocol.classNames);
  const { accepted } = resolveClassSpace(benchmark, protocol, names.length);
  return [...accepted.keys()].filter((row) => accepted[row] !== null);
}
