import type { BaselineLine } from "../../analysis/robustness/baseline-lines.ts";
import { pairRows } from "../../analysis/robustness/pair-rows.ts";
import type { RobustnessRow } from "../../analysis/robustness/robustness-row.ts";
import { AVERAGE, mainSide, type StudyAxes } from "../../analysis/robustness/study-axes.ts";
import { testedRows } from "../../analysis/robustness/verdict.ts";
import type { AccuracyRow } from "../../evaluation/results/accuracy-row.ts";
import type { Note } from "../../foundation/notes.ts";
import { betaInterval } from "../../foundation/statistics/binomial-interval.ts";
import {
  chooseProtocols,
  isControl,
  type ResultsColumn,
  resultsColumns,
  type TableBenchmark,
} from "./results-columns.ts";
import { findRobustness, indexRobustness, type RobustnessIndex } from "./results-robustness.ts";
import { type PromptChoice, type PromptRow, promptRows } from "./results-rows.ts";
import { markWarnings, type WarningMarks } from "./warning-marks.ts";

/** A checkpoint's figures in one column. Fractions of 1. */
export interface ResultsCell {
  readonly accuracy: number;
  /** 95 % interval from finite images; null if their number is not known */
  readonly low: number | null;
  readonly high: number | null;
  /** images, and images of the complete benchmark; null if not known and for the average */
  readonly n: number | null;
  readonly expectedN: number | null;
  /** equal for figures on equal numbers of images; for an average, in each of its shifts */
  readonly size: string;
  readonly classNames: string;
  /** whether images are known to be missing; for an average, in any of its shifts */
  readonly isIncomplete: boolean;
  /** its position relative to the baseline's line; null if there is no line of its protocol */
  readonly robustness: RobustnessRow | null;
  /** whether that line was fitted with other prompts */
  readonly isOtherPrompts: boolean;
  /** whether a warning applies to the accuracy, or to the distance from the line */
  readonly hasWarning: boolean;
  readonly hasRobustnessWarning: boolean;
}

export interface ResultsRow extends Omit<PromptRow, "rows"> {
  /** in the order of the table's columns; null if there is no result */
  readonly cells: readonly (ResultsCell | null)[];
}

/**
 * Accuracies and effective robustness: one row per checkpoint (and prompts, if there are several), one column per
 * benchmark.
 */
export interface ResultsTable {
  readonly columns: readonly ResultsColumn[];
  readonly rows: readonly ResultsRow[];
  readonly axes: StudyAxes;
  /** the reference line of effective robustness, on the study's first x axis; null if there is none */
  readonly line: { readonly baseline: string; readonly scale: string; readonly tests: number } | null;
  /** prompts with results but no row: name → number of results */
  readonly otherPrompts: ReadonlyMap<string, number>;
  /** protocols with results but no column: benchmark and protocol → number of results */
  readonly otherProtocols: ReadonlyMap<string, number>;
  /** the warnings behind the warning mark */
  readonly warnings: readonly string[];
}

/** The parts of a study that the table uses. */
export interface TableStudy {
  readonly lines: readonly BaselineLine[];
  readonly rows: readonly RobustnessRow[];
  readonly preferredProtocols: ReadonlyMap<string, string>;
}

export interface ResultsTableOptions {
  readonly axes: StudyAxes;
  readonly benchmarks: readonly TableBenchmark[];
  /** null: no effective robustness */
  readonly study: TableStudy | null;
  readonly prompts: PromptChoice;
  /** benchmark → the requested protocol */
  readonly protocols?: ReadonlyMap<string, string>;
  /** whether results by protocols other than the table's have columns too */
  readonly otherProtocols?: boolean;
  /** warnings of the runs that produced the results */
  readonly warnings?: readonly Note[];
}

/**
 * Arranges accuracies and their study as a table for a paper. The study covers all inputs, so verdicts equal those in
 * `robustness.csv`.
 *
 * @param accuracies without duplicates, with default protocols filled in
 * @throws InputError if a requested protocol has no result
 */
export function buildResultsTable(accuracies: readonly AccuracyRow[], options: ResultsTableOptions): ResultsTable {
  const { axes, study } = options;
  const { rows: found, omitted } = promptRows(accuracies, options.prompts, options.benchmarks);
  const shown = found.flatMap(({ rows }) => rows);
  const columnOptions = {
    axes,
    benchmarks: options.benchmarks,
    asked: options.protocols ?? new Map(),
    preferred: study?.preferredProtocols ?? new Map(),
  };
  const chosen = chooseProtocols(shown, columnOptions);
  const all = resultsColumns(shown, chosen, columnOptions);
  const columns = all.filter(({ kind }) => options.otherProtocols === true || kind !== "other-protocol");
  const index = study === null ? null : indexRobustness(study.rows, study.lines, mainSide(axes));
  const warnings = options.warnings ?? [];
  const context = {
    columns,
    chosen,
    axes,
    index,
    accuracyMarks: markWarnings(warnings),
    distanceMarks: markWarnings(warnings, axes),
  };
  const rows = found
    .map(({ rows: ofRow, ...row }) => ({ ...row, cells: cellsOf({ ...row, rows: ofRow }, context) }))
    .filter(({ cells }) => cells.some((cell) => cell !== null));
  const isFilled = (c: number) => rows.some((row) => row.cells[c] !== null);
  const kept = columns.map((_, c) => c).filter(isFilled);
  const first = study?.lines[0];
  return {
    columns: kept.map((c) => columns[c] as ResultsColumn),
    rows: rows.map((row) => ({ ...row, cells: kept.map((c) => row.cells[c] as ResultsCell | null) })),
    axes,
    line:
      study === null || first === undefined
        ? null
        : { baseline: first.baseline, scale: first.fit.scale, tests: testedRows(study.rows) },
    otherPrompts: omitted,
    otherProtocols: hiddenProtocols(shown, all, columns),
    warnings: context.accuracyMarks.footnotes,
  };
}

function hiddenProtocols(
  rows: readonly AccuracyRow[],
  all: readonly ResultsColumn[],
  columns: readonly ResultsColumn[],
): Map<string, number> {
  const hidden = all.filter((column) => !columns.includes(column));
  const count = ({ benchmark, protocol }: ResultsColumn) =>
    rows.filter((row) => row.benchmark === benchmark && row.protocol === protocol).length;
  return new Map(hidden.map((column) => [`${column.benchmark} ${column.protocol}`.trimEnd(), count(column)]));
}

interface CellContext {
  readonly columns: readonly ResultsColumn[];
  readonly chosen: ReadonlyMap<string, string>;
  readonly axes: StudyAxes;
  readonly index: RobustnessIndex | null;
  readonly accuracyMarks: WarningMarks;
  readonly distanceMarks: WarningMarks;
}

function cellsOf(row: PromptRow, context: CellContext): (ResultsCell | null)[] {
  const single = context.columns.map(({ kind, benchmark, protocol }) => {
    if (kind === "average") return null;
    const fitting = row.rows.filter(
      (accuracyRow) => accuracyRow.benchmark === benchmark && accuracyRow.protocol === protocol,
    );
    // Of two files, prefer the one that names the class names
    const found = fitting.find(({ classNames }) => classNames !== "") ?? fitting[0];
    return found === undefined ? null : cellOf(found, kind === "shift" || kind === "other-benchmark", context);
  });
  const average = averageOf(row, single, context);
  return single.map((cell, c) => (context.columns[c]?.kind === "average" ? average : cell));
}

function cellOf(row: AccuracyRow, hasLine: boolean, { index, accuracyMarks, distanceMarks }: CellContext): ResultsCell {
  const { accuracy, n, expectedN, classNames } = row;
  const interval = n === null ? null : betaInterval(accuracy * n, n, 0.95);
  return {
    accuracy,
    low: interval?.low ?? null,
    high: interval?.high ?? null,
    n,
    expectedN,
    size: String(n),
    classNames,
    isIncomplete: n !== null && expectedN !== null && n !== expectedN,
    ...findRobustness(hasLine ? index : null, row),
    hasWarning: accuracyMarks.of(row) !== "",
    hasRobustnessWarning: distanceMarks.of(row) !== "",
  };
}

/** Computes the mean of the shifts' accuracies as in the study's average; null unless the row has them all. */
function averageOf(row: PromptRow, cells: readonly (ResultsCell | null)[], context: CellContext): ResultsCell | null {
  const { axes, chosen, columns, index, distanceMarks } = context;
  const parts = row.rows.filter(
    (accuracyRow) => !isControl(accuracyRow, axes) && chosen.get(accuracyRow.benchmark) === accuracyRow.protocol,
  );
  const preferredClassNames = new Set(parts.map(({ classNames }) => classNames));
  const { pairs } = pairRows(parts, { axes, preferredProtocols: chosen, preferredClassNames });
  const averages = pairs.filter(({ benchmark }) => benchmark === AVERAGE);
  const pair = averages.find(({ idSide }) => idSide === mainSide(axes)) ?? averages[0];
  if (pair === undefined) return null;
  const shifts = cells.filter((_, c) => columns[c]?.kind === "shift").filter((cell) => cell !== null);
  const { accuracy, bounds } = pair.point;
  const key = { ...pair, checkpoint: row.checkpoint };
  const hasWarning = shifts.some((cell) => cell.hasWarning);
  return {
    accuracy,
    low: bounds?.low ?? null,
    high: bounds?.high ?? null,
    n: null,
    expectedN: null,
    size: shifts.map(({ size }) => size).join(),
    classNames: pair.classNames,
    isIncomplete: shifts.some((cell) => cell.isIncomplete),
    ...findRobustness(index, { ...key, accuracy }, shifts),
    hasWarning,
    hasRobustnessWarning: hasWarning || distanceMarks.of(key) !== "",
  };
}
