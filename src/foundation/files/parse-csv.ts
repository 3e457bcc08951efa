import { parse } from "csv-parse/sync";
import { InputError } from "../errors.ts";

/**
 * Parses a CSV file with a header line into one object per row; values are unchanged strings.
 *
 * @param where  file name, for messages
 * @param columns  required columns; others are kept too
 * @throws InputError if a column is missing or appears twice, a row is too short or too long, or there are no rows
 */
export function parseCsv(text: string, where: string, columns: readonly string[]): Record<string, string>[] {
  let rows: Record<string, string>[];
  try {
    rows = parse(text, {
      columns: (header: string[]) => checkHeader(header, where),
      bom: true,
      skip_empty_lines: true,
      trim: true,
    });
  } catch (cause) {
    if (cause instanceof InputError) throw cause;
    throw new InputError(`${where}: not a CSV file: ${(cause as Error).message}`, { cause });
  }
  const first = rows[0];
  if (first === undefined) throw new InputError(`${where}: expected a header line and rows, found no rows`);
  const missing = columns.filter((column) => !Object.hasOwn(first, column));
  if (missing.length > 0) {
    throw new InputError(
      `${where}: expected the columns ${columns.join(", ")}; missing: ${missing.join(", ")} (found ${Object.keys(first).join(", ")})`,
    );
  }
  return rows;
}

/**
 * Parses a text of cells into its rows, including a header. Empty lines are skipped.
 *
 * @throws InputError if a row is shorter or longer than the first
 */
export function parseCells(text: string, where: string, delimiter: string): string[][] {
  try {
    return parse(text, { delimiter, bom: true, skip_empty_lines: true, trim: true });
  } catch (cause) {
    throw new InputError(`${where}: not a CSV file: ${(cause as Error).message}`, { cause });
  }
}

/**
 * Refuses a column that appears twice, because it is unclear which one is meant. Several columns may have no name, as
 * spreadsheets append them.
 *
 * @returns the header
 * @throws InputError naming the column
 */
export function checkHeader(header: readonly string[], where: string): string[] {
  const twice = header.find((name, c) => name !== "" && header.indexOf(name) !== c);
  if (twice === undefined) return [...header];
  throw new InputError(`${where}: the column ${twice} appears twice; remove or rename one`);
}

/**
 * Parses a whole number as people and spreadsheets write it, including "007" and "7.0". Null for anything else: an
 * empty cell is not 0.
 */
export function parseWhole(cell: string | undefined): number | null {
  return cell !== undefined && /^\d{1,15}(?:\.0*)?$/.test(cell) ? Number(cell) : null;
}
