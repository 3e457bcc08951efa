import { computed, formatCsvRows } from "../../foundation/files/format-csv.ts";
import { type AccuracyGrid, columnTitles } from "./accuracy-grid.ts";

/**
 * Formats accuracies as a wide CSV: one row per checkpoint, one column `benchmark/protocol/templates` (with
 * `+class-names` if needed to distinguish two), fractions in [0, 1], empty without a result. If images are missing, a
 * column `… n of expected` follows.
 */
export function formatWideAccuracies(grid: AccuracyGrid): string {
  const titles = columnTitles(grid.columns, "/", true);
  const isIncomplete = grid.columns.map((_, c) =>
    grid.cells.some((row) => row[c] !== undefined && row[c].n !== row[c].expectedN),
  );
  const header = titles.flatMap((title, c) => [title, ...(isIncomplete[c] ? [`${title} n of expected`] : [])]);
  const rows = grid.checkpoints.map((checkpoint, i) => [
    checkpoint,
    ...grid.columns.flatMap((_, c) => {
      const cell = grid.cells[i]?.[c];
      const count = cell === undefined ? null : `${cell.n} of ${cell.expectedN}`;
      return [computed(cell?.value ?? null), ...(isIncomplete[c] ? [count] : [])];
    }),
  ]);
  return formatCsvRows([["checkpoint", ...header], ...rows]);
}
