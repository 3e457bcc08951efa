import { stat } from "node:fs/promises";
import { join } from "node:path";
import { readClassNamer } from "../../analysis/comparison/compare-class-names.ts";
import type { Benchmark } from "../../data/benchmark/benchmark.ts";
import { METRICS_FILE, type ResultMetrics } from "../../evaluation/results/metrics-file.ts";
import type { StoredResult } from "../../evaluation/results/read-results.ts";
import { keyText, TASK_FIELDS, taskKey } from "../../foundation/evaluation-key.ts";
import { makeNote, type Note } from "../../foundation/notes.ts";
import { describeImageSets, type SetMember } from "../../output/report/image-set-details.ts";
import type { ImageSetDetails, ReportDetails } from "../../output/report/report-data.ts";
import type { CheckedResult } from "./check-results.ts";

export interface DetailsOptions {
  readonly benchmarks: readonly Benchmark[];
  /** benchmark → its default protocol: these are kept first where the page would grow too large */
  readonly defaults: ReadonlyMap<string, string>;
}

/** Characters of counts in a page: more would make it too large to send around. */
const MOST_COUNTS = 8_000_000;

/**
 * Counts the images that each checkpoint, and each pair, gets right, by class.
 *
 * @param checkpoints names in the page's order
 */
export async function readDetails(
  results: readonly CheckedResult[],
  checkpoints: readonly string[],
  options: DetailsOptions,
): Promise<ReportDetails> {
  const position = new Map(checkpoints.map((name, i) => [name, i]));
  const byKey = new Map<string, { readonly metrics: ResultMetrics; readonly members: SetMember[] }>();
  for (const { metrics, correctness } of results) {
    const member = { checkpoint: position.get(metrics.checkpoint) as number, correctness };
    const id = keyText(metrics, TASK_FIELDS);
    const known = byKey.get(id);
    if (known === undefined) byKey.set(id, { metrics, members: [member] });
    else known.members.push(member);
  }
  const isDefault = ({ benchmark, protocol }: ResultMetrics) => options.defaults.get(benchmark) === protocol;
  const ordered = [...byKey.values()].sort((a, b) => Number(isDefault(b.metrics)) - Number(isDefault(a.metrics)));
  return { ...(await countSets(ordered, options.benchmarks)), runs: results.map(({ summary }) => summary) };
}

async function countSets(
  groups: readonly { readonly metrics: ResultMetrics; readonly members: readonly SetMember[] }[],
  benchmarks: readonly Benchmark[],
): Promise<Pick<ReportDetails, "sets" | "notes">> {
  const keys = groups.map(({ metrics }) => ({
    ...taskKey(metrics),
    expectedN: metrics.expectedN,
  }));
  const nameOf = await readClassNamer(keys, benchmarks);
  const sets: ImageSetDetails[] = [];
  const notes: Note[] = [];
  let size = 0;
  for (const [i, { members }] of groups.entries()) {
    const key = keys[i] as (typeof keys)[number];
    const described = describeImageSets(key, members, (label) => nameOf(key, label));
    const own = described.reduce((sum, set) => sum + set.correct.length + (set.both?.length ?? 0), 0);
    if (size + own > MOST_COUNTS) {
      const { benchmark, protocol, templates } = key;
      const text = `${benchmark} ${protocol}, ${templates}: classes and pairs left out, to keep the page small`;
      notes.push(makeNote(text, taskKey(key)));
      continue;
    }
    size += own;
    sets.push(...described);
  }
  return { sets, notes };
}

/** Whether a results folder changed between two looks at it: what its `metrics.json` files are, and when written. */
export async function resultsStamp(results: readonly StoredResult[]): Promise<string> {
  const stamps = await Promise.all(
    results.map(async ({ folder }) => {
      const path = join(folder, METRICS_FILE);
      return `${path} ${(await stat(path).catch(() => ({ mtimeMs: 0 }))).mtimeMs}`;
    }),
  );
  return stamps.join("\n");
}
