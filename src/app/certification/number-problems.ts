import type { Benchmark } from "../../data/benchmark/benchmark.ts";
import { folderNames } from "../../data/dataset/incomplete.ts";
import { checkOfficialNumbers } from "../../data/dataset/official-numbers.ts";
import type { ImageList } from "../../data/sources/image-list.ts";
import { count } from "../../foundation/number-text.ts";
import type { DataProblem } from "../inspection/inspect-benchmark-problems.ts";

/** Finds problems by the numbers in official file names, for benchmarks with numbered files. */
export async function numberProblems(
  benchmark: Benchmark,
  images: ImageList,
): Promise<Omit<DataProblem, "benchmark" | "root">[]> {
  const found = await checkOfficialNumbers(benchmark, images);
  if (found === null) return [];
  const names = folderNames(benchmark);
  const { misplaced, missing, repeated } = found;
  const error = { severity: "error" } as const;
  return [
    {
      ...error,
      kind: "misplaced",
      message: `images in a different class than their official number requires: ${count(misplaced.length)}`,
      advice: "move each to its class; they may have been sorted by another list",
      items: misplaced.map(({ path, expected }) => `${path}: belongs to ${names[expected] ?? expected}`),
    },
    {
      ...error,
      kind: "missing",
      message: `missing official files: ${count(missing.length)}`,
      advice: "fetch and unpack them again",
      items: missing,
    },
    {
      ...error,
      kind: "repeated numbers",
      message: `official numbers shared by several images: ${count(repeated.length)}`,
      advice: "remove the ones that do not belong there",
      items: repeated.map((paths) => paths.join(" and ")),
    },
  ].filter(({ items }) => items.length > 0);
}
