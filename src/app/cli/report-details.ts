import { stat } from "node:fs/promises";
import { join } from "node:path";
import { readClassNamer } from "../../analysis/comparison/compare-class-names.ts";
import type { Benchmark } from "../../data/benchmark/benchmark.ts";
import { METRICS_FILE, type ResultMetrics } from "../../evaluation/results/metrics-file.ts";
import type { StoredResult } from "../../evaluation/results/read-results.ts";
import { keyText, TASK_FIELDS, taskKey } from "../../foundation/evaluation-key.ts";
import { makeNote, type Note } from "../../foundation/notes.ts";
import type { FilledPage } from "../../output/report/fill-page.ts";
import { describeImageSets, type SetMember } from "../../output/report/image-set-details.ts";
import type { ImageSetDetails } from "../../output/report/report-data.ts";
import type { CheckedResult } from "./check-results.ts";

/**
 * Counts the images that each checkpoint and each pair gets right, by class.
 *
 * @param checkpoints names in the order of the page
 */
export async function readImageSets(
  results: readonly CheckedResult[],
  checkpoints: readonly string[],
  benchmarks: readonly Benchmark[],
): Promise<ImageSetDetails[]> {
  const position = new Map(checkpoints.map((name, i) => [name, i]));
  const byTask = new Map<string, { readonly metrics: ResultMetrics; readonly members: SetMember[] }>();
  for (const { metrics, correctness } of results) {
    const member = { checkpoint: position.get(metrics.checkpoint) as number, correctness };
    const id = keyText(metrics, TASK_FIELDS);
    const known = byTask.get(id);
    if (known === undefined) byTask.set(id, { metrics, members: [member] });
    else known.members.push(member);
  }
  const tasks = [...byTask.values()].map(({ metrics, members }) => ({
    key: { ...taskKey(metrics), expectedN: metrics.expectedN },
    members,
  }));
  const nameOf = await readClassNamer(
    tasks.map(({ key }) => key),
    benchmarks,
  );
  return tasks.flatMap(({ key, members }) => describeImageSets(key, members, (label) => nameOf(key, label)));
}

/** Describes counts that were left out of the page. */
export function describeCountCuts({ withoutCounts, withoutPairs }: FilledPage): Note[] {
  const about = (sets: readonly ImageSetDetails[], what: string) => {
    const names = [
      ...new Set(sets.map(({ benchmark, protocol, templates }) => `${benchmark} ${protocol}, ${templates}`)),
    ];
    if (names.length === 0) return [];
    return [makeNote(`${what} left out to keep the page small (for more space: --budget): ${names.join("; ")}`)];
  };
  return [...about(withoutCounts, "classes and pairs"), ...about(withoutPairs, "pairs of checkpoints")];
}

/**
 * Returns a fingerprint of a results folder that changes with its `metrics.json` files: their paths and modification
 * times.
 */
export async function resultsStamp(results: readonly StoredResult[]): Promise<string> {
  const stamps = await Promise.all(
    results.map(async ({ folder }) => {
      const path = join(folder, METRICS_FILE);
      return `${path} ${(await stat(path).catch(() => ({ mtimeMs: 0 }))).mtimeMs}`;
    }),
  );
  return stamps.join("\n");
}
