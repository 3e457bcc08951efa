import { formatClasses } from "../results/classes-file.ts";
import { formatPredictions } from "../results/predictions-file.ts";
import { checkImageContent } from "../results/replaceable-result.ts";
import { writeResult } from "../results/result-folder.ts";
import type { EvaluateResult } from "./evaluate-options.ts";
import type { PlannedResult, PlannedRun } from "./planned-runs.ts";
import { describeRun, type RunFacts, skippedImages } from "./run-record.ts";
import type { ResultScores } from "./score-result.ts";

export type WriteScoresFacts = Omit<RunFacts, "scoreSeconds" | "n" | "skipped">;

/**
 * Writes a result's files.
 *
 * @throws InputError if the folder contains a result of images with different content, the checkpoint's files changed
 *   since they were hashed, or a file cannot be written
 */
export async function writeScores(
  run: PlannedRun,
  result: PlannedResult,
  { metrics, predictions, seconds }: ResultScores,
  facts: WriteScoresFacts,
): Promise<EvaluateResult> {
  const { folder, recipe, space, classNames } = result;
  const { n } = metrics;
  await checkImageContent(folder, { ...recipe, content_sha256: facts.contentSha256 }, n);
  const skipped = await skippedImages(run, result);
  const record = await describeRun(run, result, { ...facts, scoreSeconds: seconds, n, skipped });
  const text = formatPredictions(run.manifest, predictions, space, run.contents.sha256);
  await run.checkpoint.checkUnchanged();
  const classes = formatClasses(space, classNames.names);
  await writeResult(folder, { run: record, metrics, predictions: text, classes });
  return { ...metrics, folder, skipped: skipped.length, warnings: facts.warnings };
}
