import { InputError } from "../../foundation/errors.ts";
import { parseCsv } from "../../foundation/files/parse-csv.ts";
import { fromSpreadsheetText } from "../../foundation/files/spreadsheet-text.ts";
import { checkpointColumn } from "./metadata.ts";

/** What a checkpoint has in several numeric columns, in the columns' order. */
export type NumbersOf = ReadonlyMap<string, readonly number[]>;

export interface NumericColumns {
  /** checkpoint → its numbers, finite; only checkpoints that have all of them */
  readonly numbers: NumbersOf;
  /** checkpoints that have some of the cells empty */
  readonly incomplete: readonly string[];
}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/**
 * Reads numeric columns of a metadata CSV: a row a checkpoint, named in `checkpoint` or `model`. Checkpoints with all the
 * cells empty are as if they had no row.
 *
 * @param where file name, for messages
 * @param check what is wrong with a number, for a message; null where nothing is
 * @throws InputError naming row and column of a cell that holds no finite number or a wrong one; if a column is missing,
 *   or a checkpoint has two rows that disagree
 */
export function parseNumericColumns(
  text: string,
  where: string,
  columns: readonly string[],
  check: (value: number) => string | null = () => null,
): NumericColumns {
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
  const incomplete: string[] = [];
  for (const [checkpoint, values] of cells) {
    const known = values.filter((value) => value !== null);
    if (known.length === columns.length) numbers.set(checkpoint, known);
    else if (known.length > 0) incomplete.push(checkpoint);
  }
  return { numbers, incomplete };
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
