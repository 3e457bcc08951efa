import { stringify } from "csv-stringify/sync";
import type { RelativeRow } from "../../analysis/robustness/relative-study.ts";
import { toSpreadsheetText } from "../../foundation/files/spreadsheet-text.ts";
import { csvNumber } from "./csv-number.ts";
import { LINE_COLUMNS, lineCells } from "./line-cells.ts";

const COLUMNS = ["checkpoint", "relative_to", ...LINE_COLUMNS, "id_difference", "relative_robustness", "low", "high"];

/** The text of `relative.csv`: differences of accuracy as fractions; low and high as if on different images. */
export function formatRelative(rows: readonly RelativeRow[]): string {
  const cells = rows.map((row) => ({
    checkpoint: toSpreadsheetText(row.model),
    relative_to: toSpreadsheetText(row.reference),
    ...lineCells(row),
    id_difference: csvNumber(row.idDifference),
    relative_robustness: csvNumber(row.relativeRobustness),
    low: csvNumber(row.low),
    high: csvNumber(row.high),
  }));
  return stringify(cells, { header: true, columns: COLUMNS });
}
