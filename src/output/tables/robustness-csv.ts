import { stringify } from "csv-stringify/sync";
import type { RobustnessRow } from "../../analysis/robustness/robustness-study.ts";
import { toSpreadsheetText } from "../../foundation/files/spreadsheet-text.ts";
import { csvNumber } from "./csv-number.ts";
import { LINE_COLUMNS, lineCells } from "./line-cells.ts";

const COLUMNS = [
  ...["checkpoint", ...LINE_COLUMNS, "scale", "baseline", "group"],
  ...["id_accuracy", "accuracy", "expected_accuracy", "effective_robustness", "low", "high"],
  ...["prediction_low", "prediction_high", "extrapolated", "outside_by"],
];

/**
 * The text of `robustness.csv`: one row a checkpoint, benchmark and x axis. All numbers are fractions of 1; low and high
 * are of effective_robustness, prediction_low and prediction_high of the accuracy.
 */
export function formatRobustness(rows: readonly RobustnessRow[]): string {
  const cells = rows.map((row) => ({
    checkpoint: toSpreadsheetText(row.checkpoint),
    ...lineCells(row),
    scale: row.scale,
    baseline: toSpreadsheetText(row.baseline),
    group: toSpreadsheetText(row.group),
    id_accuracy: row.idAccuracy,
    accuracy: csvNumber(row.accuracy),
    expected_accuracy: csvNumber(row.expectedAccuracy),
    effective_robustness: csvNumber(row.effectiveRobustness),
    low: csvNumber(row.low),
    high: csvNumber(row.high),
    prediction_low: csvNumber(row.predictionLow),
    prediction_high: csvNumber(row.predictionHigh),
    extrapolated: String(row.extrapolated),
    outside_by: csvNumber(row.outsideBy),
  }));
  return stringify(cells, { header: true, columns: COLUMNS });
}
