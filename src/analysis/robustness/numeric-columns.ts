import { InputError } from "../../foundation/errors.ts";
import { parseCsv } from "../../foundation/files/parse-csv.ts";
import { fromSpreadsheetText } from "../../foundation/files/spreadsheet-text.ts";
import type { NoteCollector } from "../../foundation/notes.ts";
import { checkpointColumn } from "./metadata.ts";

/** The values of checkpoints in several numeric columns, in the order of the columns. */
export type NumbersOf = ReadonlyMap<string, readonly number[]>;

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/**
 * Parses numeric columns of a metadata CSV with one row per checkpoint, named in `checkpoint` or `model`.
 *
 * @param where file name, for messages
 * @param check returns what is wrong with a number, for a message; null if it is valid
 * @returns finite numbers of the checkpoints that have all of them
 * @throws InputError with row and column of a cell without a finite or valid number; if a column is missing, or two
 *   rows of a checkpoint disagree
 */
export function parseNumericColumns(
  text: string,
  where: string,
  columns: readonly string[],
  check: (value: number) => string | null = () => null,
): NumbersOf {
  const records = parseCsv(text, where, columns);
  const name = checkpointColumn(records, where);
  const cells = new Map<string, readonly (number | null)[]>();
  records.forEach((record, i) => {
    const row = `${where}: row ${i + 1}`;
    const checkpoint = fromSpreadsheetText(record[name] as string);
    if (checkpoint === "") throw new InputError(`${row}: expected a name in ${name}, found an empty cell`);
    const values = columns.map((column) => parseCell(record[column] as string, `${row}, column ${column}`, check));
    const old = cells.get(checkpoint);
    const c = old === undefined ? -1 : old.findIndex((value, column) => value !== values[column]);
    if (c >= 0) throw new InputError(`${row}: ${checkpoint} has a different ${columns[c]} than in an earlier row`);
    cells.set(checkpoint, values);
  });
  const numbers = new Map<string, readonly number[]>();
  for (const [checkpoint, values] of cells) {
    const known = values.filter((value) => value !== null);
    if (known.length === columns.length) numbers.set(checkpoint, known);
  }
  return numbers;
}

/** Reports the checkpoints that lack a number or a row; a misspelled name has the same effect. */
export function noteMissing(
  numbers: NumbersOf,
  columns: readonly string[],
  known: Iterable<string>,
  leftOutOf: string,
  notes: NoteCollector,
): void {
  for (const checkpoint of known) {
    if (numbers.has(checkpoint)) continue;
    notes.note(`not all of ${columns.join(", ")} are given, so left out of ${leftOutOf}`, { checkpoint });
  }
}

function parseCell(cell: string, place: string, check: (value: number) => string | null): number | null {
  const text = fromSpreadsheetText(cell);
  if (text === "") return null;
  const value = NUMBER.test(text) ? Number(text) : Number.NaN;
  if (!Number.isFinite(value)) throw new InputError(`${place}: expected a number, found "${text}"`);
  const fault = check(value);
  if (fault !== null) throw new InputError(`${place}: ${fault}, found ${text}`);
  return value;
}
