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
/**
 * The text of `groups.csv`: one row per group and line, with 95 % t intervals of slope and intercept that account for
 * errors in x. `rule` states which models the baseline's rules keep.
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
      slope_low: computed(slopeInterval?.low ?? null),
      slope_high: computed(slopeInterval?.high ?? null),
      intercept: computed(fit.intercept),
      intercept_low: computed(interceptInterval?.low ?? null),
      intercept_high: computed(interceptInterval?.high ?? null),
      r2: computed(fit.r2),
      residual_sd: computed(fit.residualSd),
      x_min: fit.idMin,
      x_max: fit.idMax,
    })),
  );
  return formatCsv(GROUP_COLUMNS, rows);
}
