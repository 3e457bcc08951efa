import type { RobustnessRow } from "../../analysis/robustness/robustness-row.ts";
import { isOutsideBand } from "../../analysis/robustness/verdict.ts";
import { percent, percentRange, points, pointsRange } from "../../foundation/number-text.ts";
import type { RowGroup } from "./arrange-rows.ts";
import { bestRows, type Figure } from "./best-cells.ts";
import type { ColumnKind } from "./results-columns.ts";
import { promptsName } from "./results-rows.ts";
import type { ResultsCell, ResultsRow, ResultsTable } from "./results-table.ts";

/** A results table with its display options. */
export interface ShownTable {
  readonly table: ResultsTable;
  readonly groups: readonly RowGroup[];
  /** decimals of figures in percent; intervals have one */
  readonly digits: number;
  /** whether controls are columns next to the shifts; false: in a separate section */
  readonly controlColumns: boolean;
}

/** Marks after figures; `results-caption.ts` explains them. */
export const MARKS = {
  outside: "*",
  extrapolated: "†",
  residual: "¶",
  otherPrompts: "§",
  incomplete: "°",
  doubtful: "‡",
  warning: "!",
} as const;

export type MarkName = keyof typeof MARKS;

/** A figure as it is printed; the type is up to the format. */
export interface ShownCell {
  readonly figure: string;
  /** null: not known */
  readonly interval: string | null;
  /** short form: differences in brackets, without a plus sign */
  readonly briefInterval: string | null;
  readonly marks: readonly MarkName[];
  readonly isBest: boolean;
}

export interface ShownRow {
  readonly name: string;
  readonly marks: readonly MarkName[];
  /** null if there is no figure */
  readonly cells: readonly (ShownCell | null)[];
}

/** The figures that a section shows; also used in names of files. */
export type SectionPart = "accuracy" | "robustness" | "controls" | "protocols";

/** A part of the table, with every row that has a figure in it. */
export interface Section {
  readonly part: SectionPart;
  readonly title: string;
  readonly columns: readonly string[];
  readonly groups: readonly { readonly title: string | null; readonly rows: readonly ShownRow[] }[];
}

const TITLES: Readonly<Record<SectionPart, string>> = {
  accuracy: "Top-1 accuracy, %",
  robustness: "Effective robustness ρ, percentage points",
  controls: "Controls: in distribution, on the classes of a shift only",
  protocols: "Other protocols",
};
const MAIN: readonly ColumnKind[] = ["in-distribution", "shift", "average", "other-benchmark"];

/**
 * Divides a table into sections: accuracies, distances from the line, controls, other protocols. Sections without
 * figures are omitted.
 */
export function tableSections(shown: ShownTable): Section[] {
  const main = shown.controlColumns ? [...MAIN, "control" as const] : MAIN;
  const sections = [
    section(shown, "accuracy", main),
    section(shown, "robustness", MAIN),
    ...(shown.controlColumns ? [] : [section(shown, "controls", ["control"])]),
    section(shown, "protocols", ["other-protocol"]),
  ];
  return sections.filter(({ columns }) => columns.length > 0);
}

function section(shown: ShownTable, part: SectionPart, kinds: readonly ColumnKind[]): Section {
  const { table, groups, digits } = shown;
  const figure: Figure = part === "robustness" ? "robustness" : "accuracy";
  const hasFigure = (cell: ResultsCell | null | undefined) =>
    cell != null && (figure === "accuracy" || cell.robustness !== null);
  const indices = table.columns
    .map((_, c) => c)
    .filter((c) => kinds.includes(table.columns[c]?.kind as ColumnKind))
    .filter((c) => table.rows.some(({ cells }) => hasFigure(cells[c])));
  const best = new Map(indices.map((c) => [c, bestRows(table, c, figure, digits)]));
  const name = rowNamer(table);
  const residuals = areResiduals(table);
  const shownRow = (i: number): ShownRow => {
    const row = table.rows[i] as ResultsRow;
    return {
      name: name(row),
      marks: row.doubt === undefined ? [] : ["doubtful"],
      cells: indices.map((c) => {
        const cell = shownCell(row.cells[c] ?? null, figure, best.get(c)?.has(i) ?? false, digits);
        return cell !== null && residuals ? { ...cell, marks: cell.marks.filter((mark) => mark !== "residual") } : cell;
      }),
    };
  };
  return {
    part,
    title: TITLES[part],
    columns: indices.map((c) => table.columns[c]?.title as string),
    groups: groups
      .map(({ title, rows }) => ({
        title,
        rows: rows.map(shownRow).filter(({ cells }) => cells.some((cell) => cell !== null)),
      }))
      .filter(({ rows }) => rows.length > 0),
  };
}

/**
 * Returns whether every distance is a residual of a line through the table's checkpoints. The caption then states it
 * once instead of marking each figure.
 */
export function areResiduals({ rows }: ResultsTable): boolean {
  const found = rows.flatMap(({ cells }) => cells.flatMap((cell) => cell?.robustness ?? []));
  return found.length > 0 && found.every(({ verdict }) => verdict === "in-baseline");
}

/** Names rows by checkpoint, with the prompts if rows differ in them. */
export function rowNamer(table: ResultsTable): (row: ResultsRow) => string {
  const known = new Set(table.rows.map(promptsName).filter((name) => name !== ""));
  return (row) => {
    const prompts = promptsName(row);
    return known.size > 1 && prompts !== "" ? `${row.checkpoint}, ${prompts}` : row.checkpoint;
  };
}

function shownCell(cell: ResultsCell | null, figure: Figure, isBest: boolean, digits: number): ShownCell | null {
  if (cell === null) return null;
  if (figure === "accuracy") {
    const { accuracy, low, high, isIncomplete, hasWarning } = cell;
    const marks: MarkName[] = [
      ...(isIncomplete ? ["incomplete" as const] : []),
      ...(hasWarning ? ["warning" as const] : []),
    ];
    const interval = low === null || high === null ? null : percentRange(low, high);
    return {
      figure: percent(accuracy, digits),
      interval,
      briefInterval: interval,
      marks,
      isBest,
    };
  }
  const { robustness } = cell;
  if (robustness === null) return null;
  const { effectiveRobustness, low, high } = robustness;
  return {
    figure: points(effectiveRobustness, digits),
    interval: low === null || high === null ? null : pointsRange(low, high),
    briefInterval: low === null || high === null ? null : `[${percent(low)}, ${percent(high)}]`,
    marks: distanceMarks(cell, robustness),
    isBest,
  };
}

function distanceMarks(cell: ResultsCell, robustness: RobustnessRow): MarkName[] {
  const has: Readonly<Record<MarkName, boolean>> = {
    outside: isOutsideBand(robustness),
    extrapolated: robustness.extrapolated,
    residual: robustness.verdict === "in-baseline",
    otherPrompts: cell.isOtherPrompts,
    incomplete: cell.isIncomplete,
    doubtful: false, // marked on the row's name
    warning: cell.hasRobustnessWarning,
  };
  return (Object.keys(MARKS) as MarkName[]).filter((mark) => has[mark]);
}
