import type { Benchmark } from "../../data/benchmark/benchmark.ts";
import { folderNames } from "../../data/dataset/incomplete.ts";
import { checkOfficialNumbers } from "../../data/dataset/official-numbers.ts";
import type { ImageList } from "../../data/sources/image-list.ts";
import { count } from "../../foundation/number-text.ts";
import type { DataProblem } from "../inspection/inspect-benchmark-problems.ts";

/** What is wrong with images by the numbers in their official names, where a benchmark's files have such. */
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
      message: `images in another class than that of their official number: ${count(misplaced.length)}`,
      advice: "move each to its class; were they sorted by another list?",
      items: misplaced.map(({ path, expected }) => `${path}: of ${names[expected] ?? expected}`),
    },
    {
      ...error,
      kind: "missing",
      message: `official files that are not there: ${count(missing.length)}`,
      advice: "fetch and unpack them again",
      items: missing,
    },
    {
      ...error,
      kind: "repeated numbers",
      message: `official numbers that several images have: ${count(repeated.length)}`,
      advice: "remove those that do not belong there",
      items: repeated.map((paths) => paths.join(" and ")),
    },
  ].filter(({ items }) => items.length > 0);
}
