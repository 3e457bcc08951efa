import { parse } from "csv-parse/sync";
import { InputError } from "../errors.ts";

/**
 * Parses a CSV file with a header line into one object a row; every value is a string as it stands.
 *
 * @param where  file name, for messages
 * @param columns  columns that must be there; others are kept too
 * @throws InputError if a column is missing or there twice, a row is too short or too long, or there is no row
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
  if (first === undefined) throw new InputError(`${where}: expected a header line and rows, found no row`);
  const missing = columns.filter((column) => !Object.hasOwn(first, column));
  if (missing.length > 0) {
    throw new InputError(
      `${where}: expected the columns ${columns.join(", ")}; missing: ${missing.join(", ")} (found ${Object.keys(first).join(", ")})`,
    );
  }
  return rows;
}

/**
 * Parses a text of cells into its rows, a header among them where there is one. Empty lines are skipped.
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
 * Refuses a column that appears twice: which of the two is meant nobody can know. Columns without a name, as
 * spreadsheets append them, may be several.
 *
 * @returns the header
 * @throws InputError naming the column
 */
export function checkHeader(header: readonly string[], where: string): string[] {
  const twice = header.find((name, c) => name !== "" && header.indexOf(name) !== c);
  if (twice === undefined) return [...header];
  throw new InputError(`${where}: the column ${twice} appears twice; remove or rename one`);
}

/** A whole number as people and spreadsheets write it, "007" and "7.0" too; null for anything else: an empty cell is no 0. */
export function parseWhole(cell: string | undefined): number | null {
  return cell !== undefined && /^\d{1,15}(?:\.0*)?$/.test(cell) ? Number(cell) : null;
}
