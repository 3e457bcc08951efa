import { MEAN_OF_SHIFTS } from "../../analysis/robustness/robustness-row.ts";
import { AVERAGE, IMAGENET_AXES, type StudyAxes, wholeSides } from "../../analysis/robustness/study-axes.ts";
import { compareTexts } from "../../foundation/evaluation-key.ts";

/**
 * Returns the order of benchmarks in every table: the benchmarks in distribution, the study's shifts in its order, the
 * values computed from all of them, then other benchmarks by code units.
 *
 * @returns a comparison of two benchmark ids for `Array.prototype.sort`
 */
export function shiftOrder(axes: StudyAxes = IMAGENET_AXES): (a: string, b: string) => number {
  const known = [...wholeSides(axes), ...axes.shifts, AVERAGE, MEAN_OF_SHIFTS];
  const rank = (id: string) => (known.includes(id) ? known.indexOf(id) : known.length);
  return (a, b) => rank(a) - rank(b) || compareTexts(a, b);
}

/**
 * Sorts rows by benchmark in {@link shiftOrder} within groups. Groups stay in the order of their first rows, as do rows
 * of one benchmark.
 *
 * @param groupOf the key that rows of one block share, such as the checkpoint
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
