import { MEAN_OF_SHIFTS } from "../../analysis/robustness/robustness-row.ts";
import { AVERAGE, benchmarkOfSide, isInDistribution, type StudyAxes } from "../../analysis/robustness/study-axes.ts";
import { describeWarnings } from "../../evaluation/results/result-warnings.ts";
import { type EvaluationKey, matches } from "../../foundation/evaluation-key.ts";
import type { Note } from "../../foundation/notes.ts";

/** Marks a figure with a warning. */
export const WARNING_MARK = "!";

/** The result that a row of a table shows. */
type MarkedRow = Pick<EvaluationKey, "checkpoint" | "benchmark" | "templates"> & { readonly idSide?: string };

/** Marks for the rows of a table that have warnings, with the footnotes below the table. */
export interface WarningMarks {
  /** `!` or nothing */
  of(row: MarkedRow): string;
  readonly footnotes: readonly string[];
}

export const NO_MARKS: WarningMarks = { of: () => "", footnotes: [] };

/**
 * Marks figures whose results have warnings.
 *
 * @param axes set if the figures are distances from a line: a warning about the in-distribution result then applies to
 *   all of them, and a warning about a shift applies to the average. Absent if a figure depends on one result only
 */
export function markWarnings(warnings: readonly Note[], axes?: StudyAxes): WarningMarks {
  if (warnings.length === 0) return NO_MARKS;
  const concerns = ({ about = {} }: Note, row: MarkedRow) => {
    const { benchmark, protocol: _, classNames: __, ...which } = about;
    if (!matches(which, row)) return false;
    if (benchmark === undefined || benchmark === row.benchmark) return true;
    return axes !== undefined && (isOnAxis(row, benchmark, axes) || isOfShifts(row, benchmark, axes));
  };
  return {
    of: (row) => (warnings.some((warning) => concerns(warning, row)) ? WARNING_MARK : ""),
    footnotes: describeWarnings(warnings).map((text) => `${WARNING_MARK} warning: ${text}`),
  };
}

/**
 * Returns whether a benchmark is the x axis of a row; any in-distribution benchmark if the row does not specify its
 * axis.
 */
function isOnAxis({ idSide }: MarkedRow, benchmark: string, axes: StudyAxes): boolean {
  return idSide === undefined ? isInDistribution(benchmark, axes) : benchmarkOfSide(idSide) === benchmark;
}

function isOfShifts({ benchmark }: MarkedRow, shift: string, { shifts }: StudyAxes): boolean {
  return (benchmark === AVERAGE || benchmark === MEAN_OF_SHIFTS) && shifts.includes(shift);
}
