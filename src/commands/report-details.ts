import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { Benchmark } from "../dataset/benchmark.ts";
import { readBytes } from "../files/read-text.ts";
import { InputError } from "../input-error.ts";
import { type Correctness, parseCorrectness } from "../report/html/correctness.ts";
import { describeImageSets, type SetMember } from "../report/html/image-set-details.ts";
import type { ImageSetDetails, ReportDetails } from "../report/html/report-data.ts";
import { readRunSummary } from "../report/html/run-summary.ts";
import type { ResultMetrics, StoredResult } from "../report/results/result-folder.ts";
import { readClassNamer } from "./compare-class-names.ts";

/** What was read of result files that have not changed since: rendering again reads only what is new. */
export type CorrectnessCache = Map<string, { readonly stamp: string; readonly correctness: Correctness }>;

export interface DetailsOptions {
  readonly benchmarks: readonly Benchmark[];
  readonly cache: CorrectnessCache;
  /** benchmark → its default protocol: these are kept first where the page would grow too large */
  readonly defaults: ReadonlyMap<string, string>;
  readonly onProgress?: (done: number, total: number) => void;
}

/** Characters of counts in a page: more would make it too large to send around. */
const MOST_COUNTS = 8_000_000;

/**
 * Counts the images that each checkpoint, and each pair, gets right, by class, and reads the recipes.
 *
 * @param checkpoints names in the page's order
 * @throws InputError if a result's files are damaged or do not agree with each other
 */
export async function readDetails(
  results: readonly StoredResult[],
  checkpoints: readonly string[],
  options: DetailsOptions,
): Promise<ReportDetails> {
  const position = new Map(checkpoints.map((name, i) => [name, i]));
  const byKey = new Map<string, { readonly metrics: ResultMetrics; readonly members: SetMember[] }>();
  const runs: ReportDetails["runs"][number][] = [];
  for (const [i, { folder, metrics }] of results.entries()) {
    options.onProgress?.(i, results.length);
    runs.push(await readRunSummary(join(folder, "run.json"), metrics));
    const correctness = await readCorrectness(folder, metrics, options.cache);
    const member = { checkpoint: position.get(metrics.checkpoint) as number, correctness };
    const id = JSON.stringify([metrics.benchmark, metrics.protocol, metrics.templates, metrics.class_names]);
    const known = byKey.get(id);
    if (known === undefined) byKey.set(id, { metrics, members: [member] });
    else known.members.push(member);
  }
  options.onProgress?.(results.length, results.length);
  const isDefault = ({ benchmark, protocol }: ResultMetrics) => options.defaults.get(benchmark) === protocol;
  const ordered = [...byKey.values()].sort((a, b) => Number(isDefault(b.metrics)) - Number(isDefault(a.metrics)));
  return { ...(await countSets(ordered, options.benchmarks)), runs };
}

async function countSets(
  groups: readonly { readonly metrics: ResultMetrics; readonly members: readonly SetMember[] }[],
  benchmarks: readonly Benchmark[],
): Promise<Pick<ReportDetails, "sets" | "notes">> {
  const keys = groups.map(({ metrics }) => ({
    benchmark: metrics.benchmark,
    protocol: metrics.protocol,
    templates: metrics.templates,
    classNames: metrics.class_names,
    expectedN: metrics.expected_n,
  }));
  const nameOf = await readClassNamer(keys, benchmarks);
  const sets: ImageSetDetails[] = [];
  const notes: string[] = [];
  let size = 0;
  for (const [i, { members }] of groups.entries()) {
    const key = keys[i] as (typeof keys)[number];
    const described = describeImageSets(key, members, (label) => nameOf(key, label));
    const own = described.reduce((sum, set) => sum + set.correct.length + (set.both?.length ?? 0), 0);
    if (size + own > MOST_COUNTS) {
      notes.push(
        `${key.benchmark} ${key.protocol}, ${key.templates}: classes and pairs left out, to keep the page small`,
      );
      continue;
    }
    size += own;
    sets.push(...described);
  }
  return { sets, notes };
}

async function readCorrectness(folder: string, metrics: ResultMetrics, cache: CorrectnessCache): Promise<Correctness> {
  const path = join(folder, "predictions.csv");
  const { mtimeMs, size } = await stat(path).catch(() => ({ mtimeMs: 0, size: 0 }));
  const stamp = `${mtimeMs}-${size}`;
  const known = cache.get(path);
  if (known?.stamp === stamp) return known.correctness;
  const correctness = parseCorrectness(await readBytes(path), path);
  const top1 = metrics.metrics.find(({ metric }) => metric === "top1");
  if (correctness.n !== metrics.n || (top1 !== undefined && top1.correct !== correctness.correct)) {
    throw new InputError(
      `${path}: ${correctness.correct} of ${correctness.n} images are right, but metrics.json beside it says ${top1?.correct} of ${metrics.n}; evaluate again`,
    );
  }
  cache.set(path, { stamp, correctness });
  return correctness;
}

/** Whether a results folder changed between two looks at it: what its `metrics.json` files are, and when written. */
export async function resultsStamp(results: readonly StoredResult[]): Promise<string> {
  const stamps = await Promise.all(
    results.map(async ({ folder }) => {
      const path = join(folder, "metrics.json");
      return `${path} ${(await stat(path).catch(() => ({ mtimeMs: 0 }))).mtimeMs}`;
    }),
  );
  return stamps.join("\n");
}
