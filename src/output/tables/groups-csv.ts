import { stringify } from "csv-stringify/sync";
import type { GroupComparison } from "../../analysis/robustness/group-lines.ts";
import { toSpreadsheetText } from "../../foundation/files/spreadsheet-text.ts";
import { csvNumber } from "./csv-number.ts";
import { LINE_COLUMNS, lineCells } from "./line-cells.ts";

const GROUP_COLUMNS = [
  ...["column", "group", ...LINE_COLUMNS, "scale", "n", "slope", "slope_low", "slope_high"],
  ...["intercept", "intercept_low", "intercept_high", "r2", "residual_sd", "x_min", "x_max"],
];
const TEST_COLUMNS = ["column", ...LINE_COLUMNS, "scale", "groups", "n", "test", "f", "df1", "df2", "p", "p_holm"];

/** The text of `groups.csv`: one row a group's line, with 95 % t intervals of slope and intercept. */
export function formatGroups(comparisons: readonly GroupComparison[], column: string): string {
  const rows = comparisons.flatMap((comparison) =>
    comparison.lines.map(({ group, fit, slopeInterval, interceptInterval }) => ({
      column: toSpreadsheetText(column),
      group: toSpreadsheetText(group),
      ...lineCells(comparison),
      scale: fit.scale,
      n: fit.n,
      slope: csvNumber(fit.slope),
      slope_low: csvNumber(slopeInterval.low),
      slope_high: csvNumber(slopeInterval.high),
      intercept: csvNumber(fit.intercept),
      intercept_low: csvNumber(interceptInterval.low),
      intercept_high: csvNumber(interceptInterval.high),
      r2: csvNumber(fit.r2),
      residual_sd: csvNumber(fit.residualSd),
      x_min: fit.idMin,
      x_max: fit.idMax,
    })),
  );
  return stringify(rows, { header: true, columns: GROUP_COLUMNS });
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
      column: toSpreadsheetText(column),
      ...lineCells(comparison),
      scale: lines[0]?.fit.scale,
      groups: lines.length,
      n: lines.reduce((sum, line) => sum + line.fit.n, 0),
      test,
      f: csvNumber(covariance[test].f),
      df1: covariance[test].df1,
      df2: covariance[test].df2,
      p: csvNumber(covariance[test].p),
      p_holm: test === "lines" ? csvNumber(pHolm) : "",
    }));
  });
  return stringify(rows, { header: true, columns: TEST_COLUMNS });
}
