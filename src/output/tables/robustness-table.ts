import { isUnreliable } from "../../analysis/robustness/baseline-fit.ts";
import type { BaselineLine } from "../../analysis/robustness/baseline-lines.ts";
import { MEAN_OF_SHIFTS, type RobustnessRow } from "../../analysis/robustness/robustness-row.ts";
import { isWholeProtocol, mainSide, type StudyAxes } from "../../analysis/robustness/study-axes.ts";
import { keyText } from "../../foundation/evaluation-key.ts";
import { computed, formatCsvRows } from "../../foundation/files/format-csv.ts";
import { decimal, points } from "../../foundation/number-text.ts";
import type { PlainTable } from "./comparison-table.ts";
import { inShiftOrder } from "./shift-order.ts";
import type { TaskTitle } from "./task-title.ts";
import type { TableColumn } from "./text-table.ts";
import type { WarningMarks } from "./warning-marks.ts";

/**
 * Effective robustness as a grid: one row per checkpoint and template set, one column per benchmark, protocol and x
 * axis.
 */
interface RobustnessGrid {
  readonly columns: readonly string[];
  readonly rows: readonly {
    readonly checkpoint: string;
    readonly templates: string;
    readonly cells: ReadonlyMap<string, RobustnessRow>;
  }[];
}

/** Builds a table of the lines for a paper. */
export function linesTable(lines: readonly BaselineLine[], axes: StudyAxes, title: TaskTitle): PlainTable {
  const isAnyUnreliable = lines.some(({ fit }) => isUnreliable(fit));
  const columns: TableColumn[] = [
    { title: "line of", align: "left" },
    { title: "x axis", align: "left" },
    ...["slope", "se", "intercept", "r2", "n", "reliability", "corrected slope", "corrected se"]
      .filter((title) => isAnyUnreliable || !title.startsWith("corrected"))
      .map((title): TableColumn => ({ title, align: "right" })),
  ];
  const ordered = inShiftOrder(lines, ({ baseline, group }) => JSON.stringify([baseline, group]), axes);
  const rows = ordered.map(({ benchmark, protocol, idSide, fit }) => [
    title({ benchmark, protocol }),
    sideTitle(idSide, title),
    ...[fit.slope, fit.slopeSe, fit.intercept, fit.r2].map(cellOf),
    String(fit.n),
    cellOf(fit.reliability),
    ...(isAnyUnreliable ? [fit.corrected?.slope, fit.corrected?.slopeSe].map(cellOf) : []),
  ]);
  return { columns, rows };
}

function cellOf(value: number | null | undefined): string {
  return value == null ? "" : decimal(value, 3);
}

/**
 * Builds a table of every checkpoint's effective robustness in percentage points with its 95 % interval. A dagger marks
 * extrapolations (the checkpoint is outside the baseline's accuracies in distribution), a double dagger rows that are
 * not ranked (doubtful, or a duplicate of the same weights or run), and an exclamation mark figures with a warning.
 */
export function robustnessTable(
  rows: readonly RobustnessRow[],
  axes: StudyAxes,
  { marks, title }: { readonly marks: WarningMarks; readonly title: TaskTitle },
): PlainTable {
  const grid = robustnessGrid(rows, axes, (row) => `${title(row)} on ${sideTitle(row.idSide, title)}`);
  const several = new Set(grid.rows.map((row) => row.templates)).size > 1;
  return {
    columns: [
      { title: "checkpoint", align: "left" },
      ...(several ? [{ title: "templates", align: "left" } as const] : []),
      ...grid.columns.map((title): TableColumn => ({ title, align: "right" })),
    ],
    rows: grid.rows.map(({ checkpoint, templates, cells }) => [
      checkpoint,
      ...(several ? [templates] : []),
      ...grid.columns.map((column) => cell(cells.get(column), marks)),
    ]),
  };
}

/**
 * Formats the same figures as a wide CSV: fractions, empty if there is no figure; with the rows' `quality` if any is
 * doubtful.
 */
export function formatWideRobustness(rows: readonly RobustnessRow[], axes: StudyAxes): string {
  const grid = robustnessGrid(rows, axes, ({ benchmark, protocol, idSide }) => {
    const column = isWholeProtocol(protocol, axes) ? benchmark : `${benchmark} ${protocol}`;
    return idSide === mainSide(axes) ? column : `${column} on ${idSide}`;
  });
  const isAnyDoubtful = rows.some(({ doubt }) => doubt !== undefined);
  const header = ["checkpoint", "templates", ...(isAnyDoubtful ? ["quality"] : []), ...grid.columns];
  const lines = grid.rows.map(({ checkpoint, templates, cells }) => [
    checkpoint,
    templates,
    ...(isAnyDoubtful ? [qualityOf(cells)] : []),
    ...grid.columns.map((column) => computed(cells.get(column)?.effectiveRobustness ?? null)),
  ]);
  return formatCsvRows([header, ...lines]);
}

function qualityOf(cells: ReadonlyMap<string, RobustnessRow>): string {
  return [...cells.values()].find(({ doubt }) => doubt !== undefined)?.doubt?.quality ?? "ok";
}

function robustnessGrid(
  rows: readonly RobustnessRow[],
  axes: StudyAxes,
  nameOf: (row: RobustnessRow) => string,
): RobustnessGrid {
  const columns: string[] = [];
  for (const row of inShiftOrder(rows, () => "", axes)) {
    if (row.benchmark !== MEAN_OF_SHIFTS && !columns.includes(nameOf(row))) columns.push(nameOf(row));
  }
  const byName = new Map<string, { checkpoint: string; templates: string; cells: Map<string, RobustnessRow> }>();
  for (const row of rows) {
    if (row.benchmark === MEAN_OF_SHIFTS) continue;
    const column = nameOf(row);
    const key = keyText(row, ["checkpoint", "templates"]);
    const gridRow = byName.get(key) ?? { checkpoint: row.checkpoint, templates: row.templates, cells: new Map() };
    if (!gridRow.cells.has(column)) gridRow.cells.set(column, row);
    byName.set(key, gridRow);
  }
  return { columns, rows: [...byName.values()] };
}

/** Names an x axis: `imagenet@imagenet-r` is ImageNet on the classes of ImageNet-R. */
function sideTitle(idSide: string, title: TaskTitle): string {
  const [benchmark = "", protocol = ""] = idSide.split("@");
  return title({ benchmark, protocol });
}

function cell(row: RobustnessRow | undefined, marks: WarningMarks): string {
  if (row === undefined) return "";
  const interval = row.low === null || row.high === null ? "" : ` [${points(row.low)}, ${points(row.high)}]`;
  return `${points(row.effectiveRobustness)}${interval}${row.extrapolated ? " †" : ""}${row.doubt === undefined ? "" : " ‡"}${marks.of(row) === "" ? "" : ` ${marks.of(row)}`}`;
}
