import { contextOf, type Focus } from "../../analysis/robustness/focus.ts";
import { parseMetadata } from "../../analysis/robustness/metadata.ts";
import { parseNumericColumns } from "../../analysis/robustness/numeric-columns.ts";
import { InputError } from "../../foundation/errors.ts";
import { parseCsv } from "../../foundation/files/parse-csv.ts";
import { readText } from "../../foundation/files/read-text.ts";
import { makeNote, type Note } from "../../foundation/notes.ts";
import type { NumericColumn } from "../../output/figures/panel-study.ts";
import { joinRuns } from "../../output/figures/runs.ts";
import type { ReportData } from "../../output/report/report-data.ts";

/** What `report` takes of the metadata beside groups, as the command line gives it. */
export interface ColumnOptions {
  readonly join: string | undefined;
  readonly order: string | undefined;
  readonly x: string | undefined;
}

type ReportColumns = Pick<ReportData, "numbers" | "x" | "join" | "runs"> & { readonly notes: readonly Note[] };

/** Names that a note lists. */
const NAMED = 3;

/**
 * Reads the numeric columns of the metadata, and which checkpoints `--join` makes a training.
 *
 * @param path  undefined: there is no metadata
 * @param names checkpoints of the report
 * @throws InputError for a column that is not there or holds no numbers, or an order that is none
 */
export async function readReportColumns(
  path: string | undefined,
  names: readonly string[],
  focus: Focus,
  { join, order, x }: ColumnOptions,
): Promise<ReportColumns> {
  if ((join === undefined) !== (order === undefined)) {
    throw new InputError(
      join === undefined
        ? `--order ${order}: it orders what --join joins; name the column of trainings with --join`
        : `--join ${join}: name the numeric column that orders each training's checkpoints with --order`,
    );
  }
  const asked = join ?? x;
  if (path === undefined) {
    if (asked === undefined) return { numbers: [], x: null, join: null, runs: [], notes: [] };
    throw new InputError(
      `--${join === undefined ? "x" : "join"} ${asked}: give the CSV file that has it with --metadata`,
    );
  }
  const text = await readText(path);
  const columns = Object.keys(parseCsv(text, path, [])[0] ?? {});
  const numbers = columns
    .filter((column) => column !== "checkpoint" && column !== "model")
    .flatMap((column) => {
      const known = column === x ? readNumbers(text, path, column) : numbersIfAll(text, path, column);
      const ofReport = Object.fromEntries(
        names.flatMap((name) => (known.has(name) ? [[name, known.get(name) as number]] : [])),
      );
      return Object.keys(ofReport).length === 0 ? [] : [{ column, numbers: ofReport }];
    });
  checkColumn(numbers, x, path, columns);
  const joined =
    join === undefined || order === undefined
      ? { join: null, runs: [], notes: [] }
      : joinedBy(text, path, names, focus, { column: join, order });
  return { numbers, x: x ?? null, ...joined };
}

function joinedBy(
  text: string,
  path: string,
  names: readonly string[],
  focus: Focus,
  join: { readonly column: string; readonly order: string },
): Pick<ReportColumns, "join" | "runs" | "notes"> {
  const runOf = parseMetadata(text, path, join.column);
  const { runs, notJoined } = joinRuns(names, runOf, readNumbers(text, path, join.order), join);
  const isContext = contextOf(focus);
  const lacking = notJoined.filter((name) => !isContext(name));
  const listed = `${lacking.slice(0, NAMED).join(", ")}${lacking.length > NAMED ? ` and ${lacking.length - NAMED} more` : ""}`;
  const notes =
    lacking.length === 0 ? [] : [makeNote(`no ${join.column} and ${join.order} in ${path}, so not joined: ${listed}`)];
  if (runs.length === 0) {
    throw new InputError(
      `--join ${join.column}: no two of the checkpoints have one ${join.column} and a ${join.order} in ${path}`,
    );
  }
  return { join, runs, notes };
}

/** Checkpoint → number. @throws InputError for a cell that holds none */
function readNumbers(text: string, path: string, column: string): Map<string, number> {
  const numbers = parseNumericColumns(text, path, [column]);
  return new Map([...numbers].map(([name, values]) => [name, values[0] as number]));
}

/** The same of a column that nobody asked for: empty where it holds anything but numbers. */
function numbersIfAll(text: string, path: string, column: string): Map<string, number> {
  try {
    return readNumbers(text, path, column);
  } catch (error) {
    if (error instanceof InputError) return new Map();
    throw error;
  }
}

function checkColumn(
  numbers: readonly NumericColumn[],
  x: string | undefined,
  path: string,
  columns: readonly string[],
): void {
  if (x === undefined || numbers.some(({ column }) => column === x)) return;
  if (columns.includes(x)) throw new InputError(`--x ${x}: no checkpoint of the report has a number there in ${path}`);
  const known = numbers.map(({ column }) => column).join(", ");
  throw new InputError(`--x ${x}: no such column in ${path}; those with numbers: ${known || "none"}`);
}
