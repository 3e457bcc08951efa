import { parse } from "csv-parse/sync";
import { InputError } from "../input-error.ts";

/**
 * Parses a CSV file with a header line into one object a row; every value is a string as it stands.
 *
 * @param where  file name, for messages
 * @param columns  columns that must be there; others are kept too
 * @throws InputError if a column is missing, a row is too short or too long, or there is no row
 */
export function parseCsv(text: string, where: string, columns: readonly string[]): Record<string, string>[] {
  let rows: Record<string, string>[];
  try {
    rows = parse(text, { columns: true, bom: true, skip_empty_lines: true, trim: true });
  } catch (cause) {
    throw new InputError(`${where}: not a CSV file: ${(cause as Error).message}`, { cause });
  }
  const first = rows[0];
  if (first === undefined) throw new InputError(`${where}: expected a header line and rows, found no row`);
  const missing = columns.filter((column) => !(column in first));
  if (missing.length > 0) {
    throw new InputError(
      `${where}: expected the columns ${columns.join(", ")}; missing: ${missing.join(", ")} (found ${Object.keys(first).join(", ")})`,
    );
  }
  return rows;
}
