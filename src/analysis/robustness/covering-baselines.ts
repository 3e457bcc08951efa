import type { AccuracyRow } from "../../evaluation/results/accuracy-row.ts";
import { InputError } from "../../foundation/errors.ts";
import type { Baseline } from "./baseline.ts";
import { lineKeyText } from "./line-key.ts";
import type { RobustnessRow } from "./robustness-row.ts";
import { type RobustnessStudy, type StudyOptions, studyRobustness } from "./robustness-study.ts";
import { judgeRows } from "./verdict.ts";

/**
 * What other baselines say of the extrapolated rows of a study: those of their lines that were fitted on models on both
 * sides of the checkpoint. A baseline that has no line for them, or that the checkpoint belongs to, says nothing. Holm's
 * family is the rows that are returned, for each baseline its own.
 *
 * @param study its extrapolated rows are looked up
 * @returns rows of the same checkpoints and lines, each with the verdict from a baseline that covers it
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
    judgeRows(rowsOf(rows, baseline, options).filter((row) => row.predictionPHolm !== null && keys.has(key(row)))),
  );
}

function rowsOf(rows: readonly AccuracyRow[], baseline: Baseline, options: StudyOptions): readonly RobustnessRow[] {
  try {
    return studyRobustness(rows, baseline, options).rows;
  } catch (cause) {
    if (cause instanceof InputError) return []; // nothing that this baseline can be compared with
    throw cause;
  }
}
