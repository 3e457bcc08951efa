import { stringify } from "csv-stringify/sync";
import { toSpreadsheetText } from "./spreadsheet-text.ts";

/**
 * A text is protected against formulas in spreadsheets, a number is written with all its digits, null and undefined
 * give an empty cell.
 */
export type CsvCell = string | number | boolean | null | undefined;

/** Header cells are texts too. Reading removes the apostrophes, see `fromSpreadsheetText`. */
const OPTIONS = { cast: { string: (text: string) => toSpreadsheetText(text), boolean: String } };

/**
 * Formats a CSV file with a header line. Every text that a spreadsheet would run as a formula gets an apostrophe, in
 * any column. All CSV files of the program are written here.
 *
 * @param columns names, in their order
 * @param rows    one object per row; members that are not columns are left out
 */
export function formatCsv<Column extends string>(
  columns: readonly Column[],
  rows: Iterable<Readonly<Record<Column, CsvCell>>>,
): string {
  return stringify([...rows], { ...OPTIONS, header: true, columns: [...columns] });
}

/** Formats rows of cells, for columns whose names come from elsewhere and for files written in pieces. */
export function formatCsvRows(rows: readonly (readonly CsvCell[])[]): string {
  return stringify(rows as CsvCell[][], OPTIONS);
}

/**
 * Rounds a computed number for a CSV cell to 12 significant digits, so that machines whose exponential functions differ
 * in the last bit write the same bytes. Null stays null.
 */
export function computed(value: number | null): number | null {
  return value === null ? null : Number(value.toPrecision(12));
}
