import type { AccuracyRow } from "../../evaluation/results/accuracy-row.ts";
import { InputError } from "../../foundation/errors.ts";
import type { Baseline } from "./baseline.ts";
import { lineKeyText } from "./line-key.ts";
import type { RobustnessRow } from "./robustness-row.ts";
import { type RobustnessStudy, type StudyOptions, studyRobustness } from "./robustness-study.ts";
import { assignVerdicts } from "./verdict.ts";

/**
 * Finds verdicts of other baselines on the extrapolated rows of a study, from lines that were fitted on models on both
 * sides of the checkpoint. A baseline without such a line, or that contains the checkpoint, gives no verdict. For each
 * baseline, Holm's family is its returned rows.
 *
 * @param study study with extrapolated rows
 * @returns rows of the same checkpoints and lines, each with the verdict of a baseline that covers it
 */
export function coverExtrapolated(
  study: RobustnessStudy,
  baselines: readonly Baseline[],
  options: StudyOptions,
): RobustnessRow[] {
  const key = (row: RobustnessRow) => `${row.checkpoint} ${lineKeyText(row)}`;
  const extrapolated = study.rows.filter(({ verdict }) => verdict === "extrapolated");
  const keys = new Set(extrapolated.map(key));
  const checkpoints = new Set(extrapolated.map(({ checkpoint }) => checkpoint));
  const rows = study.accuracies.filter(({ checkpoint }) => checkpoints.has(checkpoint));
  if (rows.length === 0) return [];
  return baselines.flatMap((baseline) =>
    assignVerdicts(rowsOf(rows, baseline, options).filter((row) => row.predictionPHolm !== null && keys.has(key(row)))),
  );
}

function rowsOf(rows: readonly AccuracyRow[], baseline: Baseline, options: StudyOptions): readonly RobustnessRow[] {
  try {
    return studyRobustness(rows, baseline, options).rows;
  } catch (cause) {
    if (cause instanceof InputError) return []; // nothing to compare with this baseline
    throw cause;
  }
}
