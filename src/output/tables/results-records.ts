import { computed, formatCsv } from "../../foundation/files/format-csv.ts";
import { formatParquet, type ParquetColumn } from "../../foundation/files/format-parquet.ts";
import type { ResultsColumn } from "./results-columns.ts";
import type { ShownTable } from "./results-sections.ts";
import type { ResultsCell, ResultsRow } from "./results-table.ts";

/**
 * The columns of the table's machine-readable files, with their types. `top1` is not a column from which `fit` reads
 * accuracies.
 */
const COLUMNS = {
  checkpoint: "text",
  group: "text",
  kind: "text",
  benchmark: "text",
  title: "text",
  protocol: "text",
  templates: "text",
  class_names: "text",
  top1: "number",
  top1_low: "number",
  top1_high: "number",
  n: "count",
  expected_n: "count",
  effective_robustness: "number",
  effective_robustness_low: "number",
  effective_robustness_high: "number",
  verdict: "text",
  prediction_p_holm: "number",
  extrapolated: "boolean",
  baseline: "text",
  scale: "text",
  line_of_other_prompts: "boolean",
  quality: "text",
  warning: "boolean",
} as const satisfies Readonly<Record<string, ParquetColumn["type"]>>;

type ColumnName = keyof typeof COLUMNS;
const NAMES = Object.keys(COLUMNS) as ColumnName[];

/** A figure of the table as in files: fractions of 1; null if there is none. */
export type ResultsRecord = Readonly<Record<ColumnName, string | number | boolean | null>>;

/**
 * Converts the table to tidy records: one per checkpoint, prompts and column, in the order of the table, with full
 * names.
 *
 * @param groupOf checkpoint → group, if the table is grouped; else the group of the accuracies is used
 */
export function resultsRecords(
  { table, groups }: ShownTable,
  groupOf: ReadonlyMap<string, string> | null,
): ResultsRecord[] {
  const { columns, rows, line } = table;
  const study = { baseline: line?.baseline ?? null, scale: line?.scale ?? null };
  return groups
    .flatMap((group) => group.rows)
    .flatMap((i) => {
      const row = rows[i] as ResultsRow;
      const group = groupOf === null ? row.group : (groupOf.get(row.checkpoint) ?? "");
      return columns.flatMap((column, c) => {
        const cell = row.cells[c] ?? null;
        return cell === null ? [] : [record(row, column, cell, { group, ...study })];
      });
    });
}

function record(
  row: ResultsRow,
  { kind, benchmark, title, protocol }: ResultsColumn,
  cell: ResultsCell,
  study: { readonly group: string; readonly baseline: string | null; readonly scale: string | null },
): ResultsRecord {
  const { robustness } = cell;
  return {
    checkpoint: row.checkpoint,
    group: study.group,
    kind,
    benchmark,
    title,
    protocol,
    templates: row.templates,
    class_names: cell.classNames,
    top1: computed(cell.accuracy),
    top1_low: computed(cell.low),
    top1_high: computed(cell.high),
    n: cell.n,
    expected_n: cell.expectedN,
    effective_robustness: computed(robustness?.effectiveRobustness ?? null),
    effective_robustness_low: computed(robustness?.low ?? null),
    effective_robustness_high: computed(robustness?.high ?? null),
    verdict: robustness?.verdict ?? null,
    prediction_p_holm: computed(robustness?.predictionPHolm ?? null),
    extrapolated: robustness?.extrapolated ?? null,
    baseline: robustness === null ? null : study.baseline,
    scale: robustness === null ? null : study.scale,
    line_of_other_prompts: robustness === null ? null : cell.isOtherPrompts,
    quality: row.doubt?.quality ?? "ok",
    warning: cell.hasWarning || (robustness !== null && cell.hasRobustnessWarning),
  };
}

/** The records as CSV. */
export function formatResultsCsv(records: readonly ResultsRecord[]): string {
  return formatCsv(NAMES, records);
}

/** The records as Parquet, with the same columns. */
export function formatResultsParquet(records: readonly ResultsRecord[]): Uint8Array {
  return formatParquet(
    NAMES.map(
      (name) => ({ name, type: COLUMNS[name], values: records.map((record) => record[name]) }) as ParquetColumn,
    ),
  );
}

/**
 * Converts the table to an object for JSON: a description, then the records.
 *
 * @param caption sentences that describe the figures
 */
export function resultsJson(
  { table }: ShownTable,
  records: readonly ResultsRecord[],
  caption: readonly string[],
  notes: readonly string[],
): object {
  return {
    made_by: "shiftline table",
    schema: 1,
    baseline: table.line?.baseline ?? null,
    scale: table.line?.scale ?? null,
    tests: table.line?.tests ?? null,
    about: caption,
    warnings: table.warnings.map((text) => text.replace(/^! warning: /, "")),
    notes,
    columns: table.columns,
    rows: records,
  };
}
