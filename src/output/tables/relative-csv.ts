import type { RelativeRow } from "../../analysis/robustness/relative-study.ts";
import { computed, formatCsv } from "../../foundation/files/format-csv.ts";
import { LINE_COLUMNS, lineCells } from "./line-cells.ts";

const COLUMNS = [
  "checkpoint",
  "relative_to",
  ...LINE_COLUMNS,
  "id_difference",
  "relative_robustness",
  "low",
  "high",
] as const;

/** The text of `relative.csv`: differences of accuracy as fractions; low and high assume different images. */
export function formatRelative(rows: readonly RelativeRow[]): string {
  const cells = rows.map((row) => ({
    checkpoint: row.model,
    relative_to: row.reference,
    ...lineCells(row),
    id_difference: computed(row.idDifference),
    relative_robustness: computed(row.relativeRobustness),
    low: computed(row.low),
    high: computed(row.high),
  }));
  return formatCsv(COLUMNS, cells);
}
