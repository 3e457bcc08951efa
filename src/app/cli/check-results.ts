import { join } from "node:path";
import { checkCorrectness, checkImagesOnce } from "../../evaluation/results/check-correctness.ts";
import { type Correctness, parseCorrectness } from "../../evaluation/results/correctness.ts";
import { completeRows, type ImageRows, type KnownRows, rowsKey } from "../../evaluation/results/image-rows.ts";
import type { ResultMetrics } from "../../evaluation/results/metrics-file.ts";
import { PREDICTIONS_FILE } from "../../evaluation/results/predictions-file.ts";
import { describeProblem, placeOf, type StoredResult } from "../../evaluation/results/read-results.ts";
import { RUN_FILE } from "../../evaluation/results/run-file.ts";
import { InputError } from "../../foundation/errors.ts";
import { statIfThere } from "../../foundation/files/if-there.ts";
import { readBytes } from "../../foundation/files/read-text.ts";
import type { RunSummary } from "../../output/report/report-data.ts";
import { summarizeRun } from "../../output/report/run-summary.ts";

/** Cache of parsed result files, so that rendering again reads only files that changed. */
export type CorrectnessCache = Map<string, { readonly stamp: string; readonly correctness: Correctness }>;

/** A result whose three files are consistent. */
export interface CheckedResult extends StoredResult {
  readonly summary: RunSummary;
  readonly correctness: Correctness;
}

/**
 * Reads each result's predictions and compares them with its metrics.
 *
 * @param results    read with their runs
 * @param onProgress called with the number of results read and the total
 * @returns consistent results, and the reasons why others are left out
 */
export async function checkResults(
  results: readonly StoredResult[],
  cache: CorrectnessCache,
  onProgress?: (done: number, total: number) => void,
): Promise<{ readonly checked: readonly CheckedResult[]; readonly leftOut: readonly string[] }> {
  const checked: CheckedResult[] = [];
  const leftOut: string[] = [];
  /** image lists already checked, since many results share one list */
  const lists: KnownRows = new Map([...cache.values()].map(({ correctness: { images } }) => [rowsKey(images), images]));
  for (const [i, result] of results.entries()) {
    onProgress?.(i, results.length);
    try {
      const { folder, metrics, run } = result;
      if (run === null) throw new InputError(`${join(folder, RUN_FILE)}: no such file or folder`);
      const summary = summarizeRun(run, metrics);
      const correctness = await readCorrectness(folder, metrics, cache, lists);
      checked.push({ ...result, summary, correctness });
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      leftOut.push(describeProblem({ place: placeOf(result.metrics), reason: error.message }));
    }
  }
  onProgress?.(results.length, results.length);
  const complete = completeRows(checked.map(({ correctness }) => correctness.images));
  return {
    checked: checked.map((result, i) => ({
      ...result,
      correctness: { ...result.correctness, images: complete[i] as ImageRows },
    })),
    leftOut,
  };
}

async function readCorrectness(
  folder: string,
  metrics: ResultMetrics,
  cache: CorrectnessCache,
  lists: KnownRows,
): Promise<Correctness> {
  const path = join(folder, PREDICTIONS_FILE);
  const found = await statIfThere(path);
  const stamp = `${found?.mtimeMs}-${found?.size}-${found?.ino}`;
  const known = cache.get(path);
  if (known?.stamp === stamp) {
    checkCorrectness(path, metrics, known.correctness);
    return known.correctness;
  }
  const bytes = await readBytes(path);
  const before = lists.size;
  const correctness = parseCorrectness(bytes, path, { known: lists });
  checkCorrectness(path, metrics, correctness);
  if (lists.size > before) checkImagesOnce(bytes, path);
  cache.set(path, { stamp, correctness });
  return correctness;
}
