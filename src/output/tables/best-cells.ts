import { largest } from "../../foundation/math/extremes.ts";
import { percent } from "../../foundation/number-text.ts";
import type { ResultsCell, ResultsTable } from "./results-table.ts";

/** The figure of a cell that a section of the table shows. */
export type Figure = "accuracy" | "robustness";

/**
 * Finds the rows with the highest printed figure of a column, including ties. Only comparable figures are considered:
 * not doubtful, without a warning, on the same images as the rest of the column; a distance must not be extrapolated, a
 * residual, or from a line of other prompts. With fewer than two such figures, no row is best.
 *
 * @param column index of the column
 * @param digits printed decimals of the percentage
 * @returns indices of rows
 */
export function bestRows(table: ResultsTable, column: number, figure: Figure, digits: number): ReadonlySet<number> {
  const cells = table.rows.map((row) => row.cells[column] ?? null);
  const isOneSize = new Set(cells.filter((cell) => cell !== null).map(({ size }) => size)).size === 1;
  const values = cells.map((cell, i) => {
    if (cell === null || table.rows[i]?.doubt !== undefined) return null;
    if (cell.isIncomplete && !isOneSize) return null;
    return figure === "accuracy" ? comparableAccuracy(cell) : comparableDistance(cell);
  });
  const taking = values.filter((value) => value !== null);
  if (taking.length < 2) return new Set();
  const top = percent(largest(taking), digits);
  return new Set(values.flatMap((value, i) => (value !== null && percent(value, digits) === top ? [i] : [])));
}

function comparableAccuracy({ accuracy, hasWarning }: ResultsCell): number | null {
  return hasWarning ? null : accuracy;
}

function comparableDistance({ robustness, isOtherPrompts, hasRobustnessWarning }: ResultsCell): number | null {
  if (robustness === null || isOtherPrompts || hasRobustnessWarning) return null;
  if (robustness.extrapolated || robustness.verdict === "in-baseline") return null;
  return robustness.effectiveRobustness;
}
