import { MEAN_OF_SHIFTS } from "../../analysis/robustness/robustness-row.ts";
import { AVERAGE, benchmarkOfSide, isInDistribution, type StudyAxes } from "../../analysis/robustness/study-axes.ts";
import { describeWarnings } from "../../evaluation/results/result-warnings.ts";
import { type EvaluationKey, matches } from "../../foundation/evaluation-key.ts";
import type { Note } from "../../foundation/notes.ts";

/** Marks a figure that a warning concerns. */
export const WARNING_MARK = "!";

/** What a row of a table is of. */
type MarkedRow = Pick<EvaluationKey, "checkpoint" | "benchmark" | "templates"> & { readonly idSide?: string };

/** Tells which rows of a table a warning concerns, and what is written under it. */
export interface WarningMarks {
  /** `!` or nothing */
  of(row: MarkedRow): string;
  readonly footnotes: readonly string[];
}

export const NO_MARKS: WarningMarks = { of: () => "", footnotes: [] };

/**
 * Marks figures whose results have warnings.
 *
 * @param axes where the figures are distances from a line: one of the in-distribution result is in all of them, and each
 *   shift's is in the average. Absent where a figure is of its own result alone
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

/** Whether a benchmark is the x axis of a row; of a row that does not say which it is on, any in distribution. */
function isOnAxis({ idSide }: MarkedRow, benchmark: string, axes: StudyAxes): boolean {
  return idSide === undefined ? isInDistribution(benchmark, axes) : benchmarkOfSide(idSide) === benchmark;
}

function isOfShifts({ benchmark }: MarkedRow, shift: string, { shifts }: StudyAxes): boolean {
  return (benchmark === AVERAGE || benchmark === MEAN_OF_SHIFTS) && shifts.includes(shift);
}
