import { contextOf, type Focus } from "../../analysis/robustness/focus.ts";
import { parseMetadata } from "../../analysis/robustness/metadata.ts";
import { parseNumericColumns } from "../../analysis/robustness/numeric-columns.ts";
import { InputError } from "../../foundation/errors.ts";
import { makeNote, type Note } from "../../foundation/notes.ts";
import { type JoinColumns, joinRuns } from "../../output/figures/runs.ts";
import type { ReportData } from "../../output/report/report-data.ts";
import { columnsOf, type MetadataFile, mergeColumn } from "./metadata-files.ts";

/** Options of `report` for metadata columns other than groups, as parsed from the command line. */
export interface ColumnOptions {
  readonly join: string | undefined;
  readonly order: string | undefined;
  readonly x: string | undefined;
}

type ReportColumns = Pick<ReportData, "numbers" | "x" | "join" | "runs"> & { readonly notes: readonly Note[] };

/** Maximum number of names listed in a note. */
const NAMED = 3;

/**
 * Reads the numeric columns of the metadata, and groups checkpoints into training runs by `--join`.
 *
 * @param names names of the report's checkpoints
 * @throws InputError for a missing or non-numeric column, or an order with ties
 */
export function readReportColumns(
  files: readonly MetadataFile[],
  names: readonly string[],
  focus: Focus,
  { join, order, x }: ColumnOptions,
): ReportColumns {
  if ((join === undefined) !== (order === undefined)) {
    throw new InputError(
      join === undefined
        ? `--order ${order} requires --join with the column that names the training runs`
        : `--join ${join} requires --order with the numeric column that orders each training run's checkpoints`,
    );
  }
  for (const [option, column] of Object.entries({ join, order, x })) {
    if (column !== undefined) checkColumn(files, option, column);
  }
  const numbers = columnsOf(files).flatMap((column) => {
    const known = column === x ? numbersOf(files, column) : numbersIfAll(files, column);
    const reportNumbers = Object.fromEntries(
      names.flatMap((name) => (known.has(name) ? [[name, known.get(name) as number]] : [])),
    );
    return Object.keys(reportNumbers).length === 0 ? [] : [{ column, numbers: reportNumbers }];
  });
  if (x !== undefined && !numbers.some(({ column }) => column === x)) {
    throw new InputError(`--x ${x}: no checkpoint of the report has a number in this column of ${pathsOf(files, x)}`);
  }
  const joined =
    join === undefined || order === undefined
      ? { join: null, runs: [], notes: [] }
      : joinedBy(files, names, focus, { column: join, order });
  return { numbers, x: x ?? null, ...joined };
}

function joinedBy(
  files: readonly MetadataFile[],
  names: readonly string[],
  focus: Focus,
  join: JoinColumns,
): Pick<ReportColumns, "join" | "runs" | "notes"> {
  const runOf = mergeColumn(files, join.column, ({ text, path }) => parseMetadata(text, path, join.column));
  const { runs, notJoined } = joinRuns(names, runOf, numbersOf(files, join.order), join);
  const where = pathsOf(files, join.column);
  if (runs.length === 0) {
    throw new InputError(
      `--join ${join.column}: no two checkpoints share a ${join.column} and have a ${join.order} in ${where}`,
    );
  }
  const isContext = contextOf(focus);
  const lacking = notJoined.filter((name) => !isContext(name));
  if (lacking.length === 0) return { join, runs, notes: [] };
  const more = lacking.length > NAMED ? ` and ${lacking.length - NAMED} more` : "";
  const text = `no ${join.column} and ${join.order} in ${where}, so not connected: ${lacking.slice(0, NAMED).join(", ")}${more}`;
  return { join, runs, notes: [makeNote(text)] };
}

/** @throws InputError if no file has the column */
function checkColumn(files: readonly MetadataFile[], option: string, column: string): void {
  const columns = columnsOf(files);
  if (columns.includes(column)) return;
  if (files.length === 0)
    throw new InputError(`--${option} ${column}: specify the CSV file that contains it with --metadata`);
  const wanted = option === "join" ? columns : columns.filter((candidate) => numbersIfAll(files, candidate).size > 0);
  const those = option === "join" ? "it has" : "those with numbers:";
  throw new InputError(
    `--${option} ${column}: no such column in ${files.map(({ path }) => path).join(", ")}; ${those} ${wanted.join(", ") || "none"}`,
  );
}

function pathsOf(files: readonly MetadataFile[], column: string): string {
  return files
    .filter(({ columns }) => columns.includes(column))
    .map(({ path }) => path)
    .join(", ");
}

/** Returns checkpoint → number. @throws InputError for a non-numeric cell */
function numbersOf(files: readonly MetadataFile[], column: string): Map<string, number> {
  return mergeColumn(files, column, ({ text, path }) => {
    const numbers = parseNumericColumns(text, path, [column]);
    return new Map([...numbers].map(([name, values]) => [name, values[0] as number]));
  });
}

/** Like {@link numbersOf}, but empty if a cell is not numeric. */
function numbersIfAll(files: readonly MetadataFile[], column: string): Map<string, number> {
  try {
    return numbersOf(files, column);
  } catch (error) {
    if (error instanceof InputError) return new Map();
    throw error;
  }
}
