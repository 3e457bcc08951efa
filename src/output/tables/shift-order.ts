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
