import type { Benchmark } from "../benchmark/benchmark.ts";
import { folderKeys } from "../benchmark/layout.ts";

/**
 * Finds other benchmarks that match a folder's content better: those whose class folders are exactly the present ones,
 * if this benchmark's are not; else those with exactly as many images, if this benchmark has another number.
 *
 * @param found  names of the class folders that contain images, known ones and others, and the number of images
 * @returns their ids; empty where the folder matches its benchmark, or no other
 */
export function likelyOtherSets(
  benchmark: Benchmark,
  found: { readonly classFolders: readonly string[]; readonly images: number },
  known: readonly Benchmark[],
): { readonly ids: readonly string[]; readonly by: "classes" | "images" } | null {
  const candidates = known.filter((candidate) => candidate.id !== benchmark.id);
  const names = new Set(found.classFolders.map(plain));
  if (names.size > 0 && !hasExactly(benchmark, names)) {
    const ids = candidates.filter((candidate) => hasExactly(candidate, names)).map(({ id }) => id);
    if (ids.length > 0) return { ids, by: "classes" };
  }
  if (found.images === benchmark.images) return null;
  const ids = candidates.filter(({ images }) => images === found.images).map(({ id }) => id);
  return ids.length > 0 ? { ids, by: "images" } : null;
}

function hasExactly({ layouts, classes }: Benchmark, names: ReadonlySet<string>): boolean {
  return folderKeys(layouts).some((key) => {
    const keys = (classes.keys.get(key) ?? []).filter((name) => name !== "");
    return keys.length === names.size && keys.every((name) => names.has(name));
  });
}

/** Reads "009" as 9, as where the folders are read. */
function plain(name: string): string {
  return /^\d+$/.test(name) ? String(Number(name)) : name;
}
