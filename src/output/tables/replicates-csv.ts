import { stringify } from "csv-stringify/sync";
import type { ReplicateRow } from "../../analysis/robustness/replicates.ts";
import { toSpreadsheetText } from "../../foundation/files/spreadsheet-text.ts";
import { csvNumber } from "./csv-number.ts";
import { LINE_COLUMNS, lineCells } from "./line-cells.ts";

const COLUMNS = [
  ...["replicate_of", ...LINE_COLUMNS, "n", "id_accuracy_mean", "id_accuracy_sd", "accuracy_mean", "accuracy_sd"],
  ...["effective_robustness_mean", "effective_robustness_sd"],
];

/** The text of `replicates.csv`: mean and sample standard deviation over replicates; no sd of a single one. */
export function formatReplicates(rows: readonly ReplicateRow[]): string {
  const cells = rows.map((row) => ({
    replicate_of: toSpreadsheetText(row.replicateOf),
    ...lineCells(row),
    n: row.n,
    id_accuracy_mean: csvNumber(row.idAccuracy.mean),
    id_accuracy_sd: csvNumber(row.idAccuracy.sd),
    accuracy_mean: csvNumber(row.accuracy.mean),
    accuracy_sd: csvNumber(row.accuracy.sd),
    effective_robustness_mean: csvNumber(row.effectiveRobustness.mean),
    effective_robustness_sd: csvNumber(row.effectiveRobustness.sd),
  }));
  return stringify(cells, { header: true, columns: COLUMNS });
}
