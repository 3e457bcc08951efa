import { stringify } from "csv-stringify/sync";
import { toSpreadsheetText } from "./spreadsheet-text.ts";

/** A text is guarded against spreadsheets, a number is written with all its digits, null and undefined leave the cell empty. */
export type CsvCell = string | number | boolean | null | undefined;

/** Header cells are texts too. Reading a file takes the apostrophes off again, see `fromSpreadsheetText`. */
const OPTIONS = { cast: { string: (text: string) => toSpreadsheetText(text), boolean: String } };

/**
 * Text of a CSV file with a header line. Every text that a spreadsheet would run as a formula gets an apostrophe, whatever
 * column it stands in: no other place of the program writes CSV.
 *
 * @param columns names, in their order
 * @param rows    one object a row; members that are no column are left out
 */
export function formatCsv<Column extends string>(
  columns: readonly Column[],
  rows: Iterable<Readonly<Record<Column, CsvCell>>>,
): string {
  return stringify([...rows], { ...OPTIONS, header: true, columns: [...columns] });
}

/** The same for rows of cells, where columns have names from elsewhere, or a file is written in pieces. */
export function formatCsvRows(rows: readonly (readonly CsvCell[])[]): string {
  return stringify(rows as CsvCell[][], OPTIONS);
}

/**
 * A computed number as it goes into a CSV cell: 12 significant digits, so that machines whose exponential functions
 * differ in the last bit write the same bytes. Null where there is none.
 */
export function computed(value: number | null): number | null {
  return value === null ? null : Number(value.toPrecision(12));
}
