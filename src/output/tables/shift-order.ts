import { MEAN_OF_SHIFTS } from "../../analysis/robustness/robustness-row.ts";
import { AVERAGE, IMAGENET_AXES, type StudyAxes, wholeSides } from "../../analysis/robustness/study-axes.ts";
import { compareTexts } from "../../foundation/evaluation-key.ts";

/**
 * The order of benchmarks in every table: the benchmarks in distribution, the study's shifts in the study's order, what is
 * computed of them all, then other benchmarks by code units.
 *
 * @returns a comparison of two benchmarks' ids, as `Array.prototype.sort` takes it
 */
export function shiftOrder(axes: StudyAxes = IMAGENET_AXES): (a: string, b: string) => number {
  const known = [...wholeSides(axes), ...axes.shifts, AVERAGE, MEAN_OF_SHIFTS];
  const rank = (id: string) => (known.includes(id) ? known.indexOf(id) : known.length);
  return (a, b) => rank(a) - rank(b) || compareTexts(a, b);
}

/**
 * Rows of tables with benchmarks in {@link shiftOrder}: groups stay in the order of their first rows, and what has one
 * benchmark in its own.
 *
 * @param groupOf what rows of one block have in common: the checkpoint, say
 */
export function inShiftOrder<Row extends { readonly benchmark: string }>(
  rows: readonly Row[],
  groupOf: (row: Row) => string,
  axes?: StudyAxes,
): Row[] {
  const order = shiftOrder(axes);
  const groups = [...new Set(rows.map(groupOf))];
  const rank = new Map(groups.map((group, i) => [group, i]));
  const rankOf = (row: Row) => rank.get(groupOf(row)) as number;
  return [...rows].sort((a, b) => rankOf(a) - rankOf(b) || order(a.benchmark, b.benchmark));
}
