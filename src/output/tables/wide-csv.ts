import { stringify } from "csv-stringify/sync";
import { toSpreadsheetText } from "../../foundation/files/spreadsheet-text.ts";
import { type AccuracyGrid, columnTitles } from "./accuracy-grid.ts";
import { csvNumber } from "./csv-number.ts";

/**
 * Accuracies as a wide CSV: a row a checkpoint, a column `benchmark/protocol/templates` (`+class-names` where needed to
 * tell two apart), fractions in [0, 1], empty where there is no result. Where images are missing, a column
 * `… n of expected` follows. Names that a spreadsheet would run get an apostrophe.
 */
export function formatWideAccuracies(grid: AccuracyGrid): string {
  const titles = columnTitles(grid.columns, "/", true);
  const isIncomplete = grid.columns.map((_, c) =>
    grid.cells.some((row) => row[c] !== undefined && row[c].n !== row[c].expectedN),
  );
  const header = titles.flatMap((title, c) => [title, ...(isIncomplete[c] ? [`${title} n of expected`] : [])]);
  const rows = grid.checkpoints.map((checkpoint, i) => [
    toSpreadsheetText(checkpoint),
    ...grid.columns.flatMap((_, c) => {
      const cell = grid.cells[i]?.[c];
      const count = cell === undefined ? "" : `${cell.n} of ${cell.expectedN}`;
      return [csvNumber(cell?.value ?? null), ...(isIncomplete[c] ? [count] : [])];
    }),
  ]);
  return toCsv([["checkpoint", ...header.map(toSpreadsheetText)], ...rows]);
}

/** CSV whose cells are kept whole, a lone carriage return too. */
export function toCsv(rows: readonly (readonly string[])[]): string {
  return stringify(rows as string[][], { quoted_match: /\r/ });
}
