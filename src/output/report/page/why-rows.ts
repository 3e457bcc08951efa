import { MEAN_OF_SHIFTS, type RobustnessRow } from "../../../analysis/robustness/robustness-row.ts";
import type { RobustnessStudy } from "../../../analysis/robustness/robustness-study.ts";
import { AVERAGE, type StudyAxes } from "../../../analysis/robustness/study-axes.ts";
import { leadRows } from "./lead-rows.ts";
import { shownRows } from "./study.ts";
import type { View } from "./view.ts";

/** Verdict counts of the checkpoints in question on a benchmark. */
export interface VerdictCounts {
  readonly benchmark: string;
  readonly above: number;
  readonly within: number;
  readonly below: number;
  /** extrapolated, not ranked, or part of the line */
  readonly none: number;
}

/**
 * Sorts a checkpoint's rows as reasons: the average first, then its shifts by distance from the line, then other
 * benchmarks.
 */
export function reasonRows(rows: readonly RobustnessRow[], { shifts }: StudyAxes): RobustnessRow[] {
  const rank = ({ benchmark }: RobustnessRow) => (benchmark === AVERAGE ? 0 : shifts.includes(benchmark) ? 1 : 2);
  return [...rows].sort(
    (a, b) => rank(a) - rank(b) || Math.abs(b.effectiveRobustness) - Math.abs(a.effectiveRobustness),
  );
}

/** Counts the verdicts of several checkpoints on each benchmark, the average first. */
export function countVerdicts(
  study: RobustnessStudy,
  view: View,
  subjects: ReadonlySet<string>,
  axes: StudyAxes,
): VerdictCounts[] {
  const present = new Set(
    shownRows(study, view)
      .map(({ benchmark }) => benchmark)
      .filter((benchmark) => benchmark !== MEAN_OF_SHIFTS),
  );
  const known = [AVERAGE, ...axes.shifts];
  const order = [...known.filter((id) => present.has(id)), ...[...present].filter((id) => !known.includes(id)).sort()];
  return order.map((benchmark) => {
    const rows = leadRows(study, { ...view, protocol: "" }, benchmark).filter(({ checkpoint }) =>
      subjects.has(checkpoint),
    );
    const counted = (verdict: RobustnessRow["verdict"]) => rows.filter((row) => row.verdict === verdict).length;
    const [above, within, below] = [counted("above"), counted("within"), counted("below")];
    return { benchmark, above, within, below, none: rows.length - above - within - below };
  });
}
