import type { BenchmarkComparison } from "../../analysis/comparison/compare-checkpoints.ts";
import type { NearestRow } from "../../analysis/robustness/compare-nearest.ts";
import type { TaskKey } from "../../foundation/evaluation-key.ts";
import { decimal, percent, points, pointsRange, probability } from "../../foundation/number-text.ts";
import { plainTitle, type TaskTitle } from "./task-title.ts";
import { left, right, type TableColumn } from "./text-table.ts";
import { NO_MARKS, type WarningMarks } from "./warning-marks.ts";

/** A table of plain text for a terminal, Markdown or LaTeX, with figures in percent and percentage points. */
export interface PlainTable {
  readonly columns: readonly TableColumn[];
  readonly rows: readonly (readonly string[])[];
}

/** Builds the table of the pair's accuracies on each benchmark, their difference with its interval, and the test. */
export function differenceTable(
  rows: readonly BenchmarkComparison[],
  marks: WarningMarks = NO_MARKS,
  title: TaskTitle = plainTitle,
): PlainTable {
  const label = markedLabels(rows, marks, title);
  return {
    columns: [
      left("benchmark"),
      right("first"),
      right("second"),
      right("difference"),
      left("95 %"),
      right("p"),
      right("p Holm"),
    ],
    rows: rows.map((row) => [
      label(row),
      percent(row.firstAccuracy, 2),
      percent(row.secondAccuracy, 2),
      points(row.difference, 2),
      pointsRange(row.low, row.high, 2),
      probability(row.p),
      probability(row.pHolm),
    ]),
  };
}

/**
 *  Builds the table of the images on which the pair agrees, the agreement beyond chance, and the minimum detectable
 * difference.
 */
export function agreementTable(
  rows: readonly BenchmarkComparison[],
  marks: WarningMarks = NO_MARKS,
  title: TaskTitle = plainTitle,
): PlainTable {
  const label = markedLabels(rows, marks, title);
  return {
    columns: [
      left("benchmark"),
      right("both"),
      right("only first"),
      right("only second"),
      right("neither"),
      right("kappa"),
      left("95 %"),
      right("detectable"),
    ],
    rows: rows.map(({ errorConsistency: consistency, minimumDetectableDifference: detectable, ...row }) => [
      label(row),
      ...[row.both, row.onlyFirst, row.onlySecond, row.neither].map(String),
      consistency === null ? "" : decimal(consistency.kappa, 2),
      consistency === null ? "" : `${decimal(consistency.low, 2)} … ${decimal(consistency.high, 2)}`,
      detectable === null ? "none" : percent(detectable, 2),
    ]),
  };
}

/** Builds the table of a checkpoint and the nearest models of a baseline. */
export function nearestTable(
  rows: readonly NearestRow[],
  marks: WarningMarks = NO_MARKS,
  title: TaskTitle = plainTitle,
): PlainTable {
  const name = benchmarkLabels(rows, title);
  const label = (row: NearestRow) => withMark(name(row), marks.of(row));
  return {
    columns: [
      left("benchmark"),
      left("nearest model"),
      right("checkpoint"),
      right("model"),
      right("difference"),
      left("95 %, unpaired"),
    ],
    rows: rows.map((row) => [
      label(row),
      row.model,
      percent(row.accuracy, 2),
      percent(row.modelAccuracy, 2),
      points(row.difference, 2),
      row.low === null || row.high === null ? "" : pointsRange(row.low, row.high, 2),
    ]),
  };
}

/** The fields that name a row. */
interface Labeled extends TaskKey {
  readonly n: number | null;
  readonly expectedN: number | null;
}

/**
 * Labels rows by benchmark; with templates and class names if they differ between rows, and `n of expected` if images
 * are missing.
 */
export function benchmarkLabels(rows: readonly Labeled[], title: TaskTitle = plainTitle): (row: Labeled) => string {
  const several = new Set(rows.map(({ templates }) => templates)).size > 1;
  const base = (row: TaskKey) => [title(row), ...(several ? [row.templates] : [])].join(", ");
  const classNames = new Map<string, Set<string>>();
  for (const row of rows) classNames.set(base(row), (classNames.get(base(row)) ?? new Set()).add(row.classNames));
  return (row) => {
    const names = (classNames.get(base(row))?.size ?? 0) > 1 ? `, ${row.classNames}` : "";
    const isWhole = row.n === null || row.expectedN === null || row.n === row.expectedN;
    return `${base(row)}${names}${isWhole ? "" : `, ${row.n} of ${row.expectedN}`}`;
  };
}

/** The labels of {@link benchmarkLabels}, marked if either checkpoint has a warning there. */
function markedLabels(
  rows: readonly BenchmarkComparison[],
  marks: WarningMarks,
  title: TaskTitle,
): (row: Pick<BenchmarkComparison, "first" | "second"> & Labeled) => string {
  const name = benchmarkLabels(rows, title);
  return (row) => {
    const both = [row.first, row.second].map((checkpoint) => marks.of({ ...row, checkpoint }));
    return withMark(name(row), both.find((mark) => mark !== "") ?? "");
  };
}

function withMark(text: string, mark: string): string {
  return mark === "" ? text : `${text} ${mark}`;
}
