import { InputError } from "../../foundation/errors.ts";
import { parseCsv } from "../../foundation/files/parse-csv.ts";
import { fromSpreadsheetText } from "../../foundation/files/spreadsheet-text.ts";
import { makeNote, type Note } from "../../foundation/notes.ts";
import { ACCURACY } from "../scoring/metrics/registry.ts";
import { contradictionOfCells, MAX_IMAGES, NUMBER } from "./accuracy-cells.ts";
import { type AccuracyRow, ROW_QUALITIES, type RowDoubt } from "./accuracy-row.ts";

const LISTED = 5;

/** What `parseAccuracies` reads. */
export interface ParsedAccuracies {
  /** one row for each accuracy */
  readonly rows: readonly AccuracyRow[];
  /** omitted rows and reasons */
  readonly notes: readonly Note[];
}

/**
 * Parses top-1 accuracies from CSV: an `accuracies.csv`, a baseline, or a user's table in the same form.
 *
 * Columns: `checkpoint` or `model`, `benchmark`, `value` or `accuracy` (fractions); and optionally `metric` (rows other
 * than top1 are skipped), `protocol`, `templates`, `class_names`, `group`, `n`, `expected_n`, `quality` and `instead`.
 * A `quality` that `RowDoubt` does not list is ignored and named in the notes. Rows with an empty accuracy are left out
 * and named in the notes. If `correct`, `low` and `high` exist, the accuracy must agree with them within its rounding.
 *
 * @param where file name, for messages
 * @throws InputError for a missing or duplicate column, a value that is not a fraction, contradictory cells, an empty
 *   name, or no accuracy at all
 */
export function parseAccuracies(text: string, where: string): ParsedAccuracies {
  const records = parseCsv(text, where, []);
  const column = columnNames(records[0] as Record<string, string>, where);
  const empty: string[] = [];
  const foreign = new Set<string>();
  const rows: AccuracyRow[] = [];
  records.forEach((record, i) => {
    if ("metric" in record && record.metric !== ACCURACY.id) return;
    const place = `${where}: row ${i + 1}`;
    const model = fromSpreadsheetText(record[column.model] as string);
    const benchmark = fromSpreadsheetText(record.benchmark as string);
    if (model === "" || benchmark === "") {
      throw new InputError(`${place}: expected a name in ${column.model} and in benchmark, found an empty cell`);
    }
    const cell = record[column.accuracy] as string;
    if (cell === "") {
      empty.push(`${model} on ${benchmark} (row ${i + 1})`);
      return;
    }
    const accuracy = fraction(cell, place, column.accuracy);
    const problem = contradictionOfCells(record, column.accuracy);
    if (problem !== null) throw new InputError(`${place}: ${problem}; it is unknown which is right`);
    rows.push({
      checkpoint: model,
      metric: ACCURACY.id,
      group: fromSpreadsheetText(record.group ?? ""),
      benchmark,
      protocol: fromSpreadsheetText(record.protocol ?? ""),
      templates: fromSpreadsheetText(record.templates ?? ""),
      classNames: fromSpreadsheetText(record.class_names ?? ""),
      accuracy,
      n: count(record.n, place, "n"),
      expectedN: count(record.expected_n, place, "expected_n"),
      ...doubtOf(record, foreign),
      where: place,
    });
  });
  if (rows.length === 0) throw new InputError(`${where}: found no top-1 accuracy in ${records.length} rows`);
  const texts = [
    ...(empty.length === 0 ? [] : [describeEmpty(empty, where, column.accuracy)]),
    ...(foreign.size === 0 ? [] : [describeForeign(foreign, where)]),
  ];
  return { rows, notes: texts.map((text) => makeNote(text)) };
}

function columnNames(first: Record<string, string>, where: string): { readonly model: string; accuracy: string } {
  const model = ["checkpoint", "model"].find((name) => name in first);
  const accuracy = ["value", "accuracy"].find((name) => name in first);
  const missing = [
    ...(model === undefined ? ["checkpoint (or model)"] : []),
    ...("benchmark" in first ? [] : ["benchmark"]),
    ...(accuracy === undefined ? ["value (or accuracy)"] : []),
  ];
  if (model !== undefined && accuracy !== undefined && missing.length === 0) return { model, accuracy };
  throw new InputError(
    `${where}: expected the columns checkpoint (or model), benchmark, value (or accuracy); missing: ${missing.join(", ")} (found ${Object.keys(first).join(", ")})`,
  );
}

/** @param foreign collects unknown values of `quality` */
function doubtOf({ quality = "", instead = "" }: Record<string, string>, foreign: Set<string>): { doubt?: RowDoubt } {
  if (quality === "" || quality === "ok") return {};
  if (!Object.hasOwn(ROW_QUALITIES, quality)) {
    foreign.add(quality);
    return {};
  }
  return { doubt: { quality: quality as RowDoubt["quality"], instead: fromSpreadsheetText(instead) } };
}

function fraction(cell: string, place: string, column: string): number {
  const value = NUMBER.test(cell) ? Number(cell) : Number.NaN;
  if (value >= 0 && value <= 1) return value;
  const percent = /%$/.test(cell) || (value > 1 && value <= 100) ? "; it looks like percent: divide by 100" : "";
  throw new InputError(`${place}: ${column}: expected a fraction in [0, 1], found "${cell}"${percent}`);
}

function count(cell: string | undefined, place: string, column: string): number | null {
  if (cell === undefined || cell === "") return null;
  const value = NUMBER.test(cell) ? Number(cell) : Number.NaN;
  if (Number.isSafeInteger(value) && value > 0 && value <= MAX_IMAGES) return value;
  throw new InputError(`${place}: ${column}: expected a positive integer number of images, found "${cell}"`);
}

function describeForeign(foreign: ReadonlySet<string>, where: string): string {
  const known = Object.keys(ROW_QUALITIES).join(", ");
  const found = [...foreign].slice(0, LISTED).map((word) => `"${word}"`);
  const rest = foreign.size > LISTED ? ` and ${foreign.size - LISTED} more` : "";
  return `${where}: quality: ignored unknown values ${found.join(", ")}${rest}; known: ${known}`;
}

function describeEmpty(empty: readonly string[], where: string, column: string): string {
  const rest = empty.length > LISTED ? ` and ${empty.length - LISTED} more` : "";
  return `${where}: ${column} is empty, left out: ${empty.slice(0, LISTED).join(", ")}${rest}`;
}
