import type { Benchmark } from "../benchmark/benchmark.ts";
import { folderKeys } from "../benchmark/layout.ts";

/**
 * Other benchmarks that a folder's content fits better: those whose class folders are exactly the ones there, where this
 * one's are not; else those that have exactly as many images, where this one has another number.
 *
 * @param found  names of the class folders that hold images, known ones and others, and how many images there are
 * @returns their ids; none where the folder fits its own benchmark, or no other
 */
export function likelyOtherSets(
  benchmark: Benchmark,
  found: { readonly classFolders: readonly string[]; readonly images: number },
  known: readonly Benchmark[],
): { readonly ids: readonly string[]; readonly by: "classes" | "images" } | null {
  const others = known.filter((other) => other.id !== benchmark.id);
  const names = new Set(found.classFolders.map(plain));
  if (names.size > 0 && !hasExactly(benchmark, names)) {
    const ids = others.filter((other) => hasExactly(other, names)).map(({ id }) => id);
    if (ids.length > 0) return { ids, by: "classes" };
  }
  if (found.images === benchmark.images) return null;
  const ids = others.filter(({ images }) => images === found.images).map(({ id }) => id);
  return ids.length > 0 ? { ids, by: "images" } : null;
}

function hasExactly({ layouts, classes }: Benchmark, names: ReadonlySet<string>): boolean {
  return folderKeys(layouts).some((key) => {
    const keys = (classes.keys.get(key) ?? []).filter((name) => name !== "");
    return keys.length === names.size && keys.every((name) => names.has(name));
  });
}

/** "009" is 9, as where the folders are read. */
function plain(name: string): string {
  return /^\d+$/.test(name) ? String(Number(name)) : name;
}
