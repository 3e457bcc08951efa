import type { ReplicateRow } from "../../analysis/robustness/replicates.ts";
import { computed, formatCsv } from "../../foundation/files/format-csv.ts";
import { LINE_COLUMNS, lineCells } from "./line-cells.ts";

const COLUMNS = [
  "replicate_of",
  ...LINE_COLUMNS,
  "n",
  "id_accuracy_mean",
  "id_accuracy_sd",
  "accuracy_mean",
  "accuracy_sd",
  "effective_robustness_mean",
  "effective_robustness_sd",
] as const;

/** The text of `replicates.csv`: mean and sample standard deviation over replicates; a single replicate has no sd. */
export function formatReplicates(rows: readonly ReplicateRow[]): string {
  const cells = rows.map((row) => ({
    replicate_of: row.replicateOf,
    ...lineCells(row),
    n: row.n,
    id_accuracy_mean: computed(row.idAccuracy.mean),
    id_accuracy_sd: computed(row.idAccuracy.sd),
    accuracy_mean: computed(row.accuracy.mean),
    accuracy_sd: computed(row.accuracy.sd),
    effective_robustness_mean: computed(row.effectiveRobustness.mean),
    effective_robustness_sd: computed(row.effectiveRobustness.sd),
  }));
  return formatCsv(COLUMNS, cells);
}
