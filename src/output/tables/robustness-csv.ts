import type { RobustnessRow } from "../../analysis/robustness/robustness-row.ts";
import { computed, formatCsv } from "../../foundation/files/format-csv.ts";
import { LINE_METRIC_COLUMNS, lineCells } from "./line-cells.ts";

const COLUMNS = [
  "checkpoint",
  ...LINE_METRIC_COLUMNS,
  "scale",
  "baseline",
  "group",
  "id_accuracy",
  "accuracy",
  "expected_accuracy",
  "effective_robustness",
  "low",
  "high",
  "prediction_low",
  "prediction_high",
  "extrapolated",
  "outside_by",
  "quality",
  "prediction_p",
  "prediction_p_holm",
  "verdict",
  "noise",
  "line",
  "expected_corrected",
  "effective_robustness_corrected",
  "decision_low",
  "decision_high",
  "minimum_detectable_low",
  "minimum_detectable_high",
] as const;

/**
 * The text of `robustness.csv`: one row per checkpoint, benchmark and x axis. All numbers are fractions of 1. low and
 * high are bounds of effective_robustness; prediction_low and prediction_high are bounds of the accuracy. Beyond
 * decision_low and decision_high the effective robustness is significant regardless of the other rows (Holm's first
 * step); minimum_detectable_low and minimum_detectable_high are the true values that this number of images detects at
 * that level with 80 % power.
 */
export function formatRobustness(rows: readonly RobustnessRow[]): string {
  const cells = rows.map((row) => ({
    checkpoint: row.checkpoint,
    ...lineCells(row),
    scale: row.scale,
    baseline: row.baseline,
    group: row.group,
    id_accuracy: row.idAccuracy,
    accuracy: computed(row.accuracy),
    expected_accuracy: computed(row.expectedAccuracy),
    effective_robustness: computed(row.effectiveRobustness),
    low: computed(row.low),
    high: computed(row.high),
    prediction_low: computed(row.predictionLow),
    prediction_high: computed(row.predictionHigh),
    extrapolated: row.extrapolated,
    outside_by: computed(row.outsideBy),
    prediction_p: computed(row.predictionP),
    prediction_p_holm: computed(row.predictionPHolm),
    decision_low: computed(row.decisionLow),
    decision_high: computed(row.decisionHigh),
    minimum_detectable_low: computed(row.detectableLow),
    minimum_detectable_high: computed(row.detectableHigh),
    verdict: row.verdict,
    noise: row.low === null ? null : row.noise,
    quality: row.doubt?.quality ?? "ok",
    line: row.line,
    expected_corrected: computed(row.correctedExpected),
    effective_robustness_corrected: computed(row.correctedRobustness),
  }));
  return formatCsv(COLUMNS, cells);
}
