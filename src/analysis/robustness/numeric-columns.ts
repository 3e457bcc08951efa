import { InputError } from "../../foundation/errors.ts";
import { parseCsv } from "../../foundation/files/parse-csv.ts";
import { fromSpreadsheetText } from "../../foundation/files/spreadsheet-text.ts";
import type { NoteCollector } from "../../foundation/notes.ts";
import { checkpointColumn } from "./metadata.ts";

/** What a checkpoint has in several numeric columns, in the columns' order. */
export type NumbersOf = ReadonlyMap<string, readonly number[]>;

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/**
 * Reads numeric columns of a metadata CSV: a row a checkpoint, named in `checkpoint` or `model`.
 *
 * @param where file name, for messages
 * @param check what is wrong with a number, for a message; null where nothing is
 * @returns finite numbers, of the checkpoints that have all of them
 * @throws InputError naming row and column of a cell that holds no finite number or a wrong one; if a column is missing,
 *   or a checkpoint has two rows that disagree
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
    if (c >= 0) throw new InputError(`${row}: ${checkpoint} has another ${columns[c]} than in an earlier row`);
    cells.set(checkpoint, values);
  });
  const numbers = new Map<string, readonly number[]>();
  for (const [checkpoint, values] of cells) {
    const known = values.filter((value) => value !== null);
    if (known.length === columns.length) numbers.set(checkpoint, known);
  }
  return numbers;
}

/** Names the checkpoints that have not all of the numbers, or no row: a misspelled name looks the same. */
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
