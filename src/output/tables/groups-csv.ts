import type { GroupComparison } from "../../analysis/robustness/group-lines.ts";
import { computed, formatCsv } from "../../foundation/files/format-csv.ts";
import { LINE_COLUMNS, lineCells } from "./line-cells.ts";

const GROUP_COLUMNS = [
  "column",
  "group",
  ...LINE_COLUMNS,
  "rule",
  "scale",
  "n",
  "slope",
  "slope_low",
  "slope_high",
  "intercept",
  "intercept_low",
  "intercept_high",
  "r2",
  "residual_sd",
  "x_min",
  "x_max",
] as const;
const TEST_COLUMNS = [
  "column",
  ...LINE_COLUMNS,
  "rule",
  "scale",
  "groups",
  "n",
  "test",
  "f",
  "df1",
  "df2",
  "p",
  "p_holm",
] as const;

/**
 * The text of `groups.csv`: one row a group's line, with 95 % t intervals of slope and intercept. `rule`: which models the
 * baseline's rules leave in.
 */
export function formatGroups(comparisons: readonly GroupComparison[], column: string): string {
  const rows = comparisons.flatMap((comparison) =>
    comparison.lines.map(({ group, fit, slopeInterval, interceptInterval }) => ({
      column,
      group,
      ...lineCells(comparison),
      rule: comparison.piece.words,
      scale: fit.scale,
      n: fit.n,
      slope: computed(fit.slope),
      slope_low: computed(slopeInterval.low),
      slope_high: computed(slopeInterval.high),
      intercept: computed(fit.intercept),
      intercept_low: computed(interceptInterval.low),
      intercept_high: computed(interceptInterval.high),
      r2: computed(fit.r2),
      residual_sd: computed(fit.residualSd),
      x_min: fit.idMin,
      x_max: fit.idMax,
    })),
  );
  return formatCsv(GROUP_COLUMNS, rows);
}

/**
 * The text of `group-tests.csv`: for each benchmark three F tests. `slopes`: do the slopes differ; `intercepts`:
 * supposing equal slopes, does the height; `lines`: is it more than one line. `p_holm` adjusts `lines` over all rows.
 */
export function formatGroupTests(comparisons: readonly GroupComparison[], column: string): string {
  const rows = comparisons.flatMap((comparison) => {
    const { lines, covariance, pHolm } = comparison;
    if (covariance === null) return [];
    return (["slopes", "intercepts", "lines"] as const).map((test) => ({
      column,
      ...lineCells(comparison),
      rule: comparison.piece.words,
      scale: lines[0]?.fit.scale,
      groups: lines.length,
      n: lines.reduce((sum, line) => sum + line.fit.n, 0),
      test,
      f: computed(covariance[test].f),
      df1: covariance[test].df1,
      df2: covariance[test].df2,
      p: computed(covariance[test].p),
      p_holm: test === "lines" ? computed(pHolm) : null,
    }));
  });
  return formatCsv(TEST_COLUMNS, rows);
}
