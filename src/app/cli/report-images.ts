import { join } from "node:path";
import { readClassNamer } from "../../analysis/comparison/compare-class-names.ts";
import type { Study } from "../../analysis/robustness/read-study.ts";
import { groupByImages, rowsInOrderOf } from "../../evaluation/results/image-rows.ts";
import { PREDICTIONS_FILE } from "../../evaluation/results/predictions-file.ts";
import { readScoredPredictions, type ScoredPredictions } from "../../evaluation/results/scored-predictions.ts";
import { InputError } from "../../foundation/errors.ts";
import { keyText, TASK_FIELDS, taskKey } from "../../foundation/evaluation-key.ts";
import { readBytes } from "../../foundation/files/read-text.ts";
import { chooseForImages, type ImageChoice } from "../../output/report/choose-images.ts";
import type { ReportData } from "../../output/report/report-data.ts";
import type { ChosenImages } from "../../output/report/store-images.ts";
import { shiftOrder } from "../../output/tables/shift-order.ts";
import type { CheckedResult } from "./check-results.ts";

export interface ReportImagesOptions {
  readonly study: Study;
  /** benchmark → its default protocol, whose images are shown */
  readonly defaults: ReadonlyMap<string, string>;
  /** names, parts of names or globs of checkpoints; if empty, chosen by a rule, see `chooseForImages` */
  readonly patterns: readonly string[];
}

/** Single images of the chosen checkpoints. */
export interface ReadImages extends ImageChoice {
  /** checkpoints that have predictions */
  readonly candidates: number;
  readonly sets: readonly ChosenImages[];
}

/**
 * Reads the chosen checkpoints' predictions of single images: for each benchmark by its default protocol, and by the
 * prompts that most of them have.
 *
 * @throws InputError if a file is not a `predictions.csv` with scores, or no checkpoint matches a pattern
 */
export async function readImages(
  results: readonly CheckedResult[],
  data: Pick<ReportData, "checkpoints" | "results" | "axes" | "focus">,
  { study, defaults, patterns }: ReportImagesOptions,
): Promise<ReadImages> {
  const candidates = [...new Set(results.map(({ metrics }) => metrics.checkpoint))];
  if (candidates.length === 0 && patterns.length > 0) {
    throw new InputError(
      `--images-of ${patterns.join(",")}: no checkpoint of the report has predictions of single images`,
    );
  }
  if (candidates.length === 0) return { chosen: [], rule: "", candidates: 0, sets: [] };
  const { results: accuracies, axes, focus } = data;
  const choice = chooseForImages({ candidates, focus, results: accuracies, axes, defaults, patterns });
  const position = new Map(data.checkpoints.map((name, i) => [name, i]));
  const order = shiftOrder(axes);
  const wanted = byPrompts(
    choice.chosen.flatMap((name) =>
      results.filter(
        ({ metrics: { checkpoint, benchmark, protocol } }) =>
          checkpoint === name && (defaults.get(benchmark) ?? protocol) === protocol,
      ),
    ),
  ).sort(([a], [b]) => order((a as CheckedResult).metrics.benchmark, (b as CheckedResult).metrics.benchmark));
  const keys = wanted.map(([first]) => taskKey((first as CheckedResult).metrics));
  const nameOf = await readClassNamer(keys, study.benchmarks);
  const sets: ChosenImages[] = [];
  for (const [i, members] of wanted.entries()) {
    const key = keys[i] as (typeof keys)[number];
    const read: ScoredPredictions[] = [];
    for (const { folder, correctness } of members) {
      const path = join(folder, PREDICTIONS_FILE);
      const rows = rowsInOrderOf((members[0] as CheckedResult).correctness.images, correctness.images);
      read.push(inOrder(readScoredPredictions(await readBytes(path), path), rows));
    }
    const { labels, classes, images, contents, imageLabels } = read[0] as ScoredPredictions;
    sets.push({
      ...key,
      checkpoints: members.map(({ metrics }) => position.get(metrics.checkpoint) as number),
      labels,
      names: labels.map((label) => nameOf(key, label)),
      classes,
      images,
      contents,
      imageLabels,
      predicted: read.map(({ predicted }) => predicted),
      confidence: read.map(({ confidence }) => confidence),
      nameOf: (value) => nameOf(key, String(value)),
    });
  }
  return { ...choice, candidates: candidates.length, sets };
}

/** Reorders predictions by these rows; null keeps their order. */
function inOrder(scored: ScoredPredictions, rows: Uint32Array | null): ScoredPredictions {
  if (rows === null) return scored;
  const predicted = Uint32Array.from(rows, (row) => scored.predicted[row] as number);
  const confidence = Float32Array.from(rows, (row) => scored.confidence[row] as number);
  return { ...scored, predicted, confidence };
}

/** Groups results by images, keeping for each benchmark the prompts that most have; in the order of benchmarks. */
function byPrompts(results: readonly CheckedResult[]): CheckedResult[][] {
  const byTask = new Map<string, CheckedResult[]>();
  for (const result of results) {
    const id = keyText(result.metrics, TASK_FIELDS);
    byTask.set(id, [...(byTask.get(id) ?? []), result]);
  }
  const best = new Map<string, CheckedResult[]>();
  for (const members of [...byTask.values()].sort((a, b) => b.length - a.length)) {
    const { benchmark } = (members[0] as CheckedResult).metrics;
    if (!best.has(benchmark)) best.set(benchmark, members);
  }
  return [...best.values()].flatMap((members) => groupByImages(members, ({ correctness }) => correctness.images));
}
