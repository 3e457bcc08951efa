import type { BaselineLine } from "../../analysis/robustness/baseline-lines.ts";
import { leaveOneOut } from "../../analysis/robustness/influence.ts";
import { computed, formatCsv } from "../../foundation/files/format-csv.ts";
import { LINE_COLUMNS, LINE_METRIC_COLUMNS, lineCells } from "./line-cells.ts";

const FIT_COLUMNS = [
  "baseline",
  "group",
  ...LINE_METRIC_COLUMNS,
  "scale",
  "slope",
  "intercept",
  "slope_se",
  "r2",
  "residual_sd",
  "n",
  "x_min",
  "x_max",
  "policy",
] as const;
const INFLUENCE_COLUMNS = [
  "baseline",
  "group",
  ...LINE_COLUMNS,
  "scale",
  "model",
  "id_accuracy",
  "accuracy",
  "residual",
  "leverage",
  "slope_without",
  "intercept_without",
  "largest_change",
] as const;

/**
 * The text of `fits.csv`: one row a line. Slope, intercept and residual_sd are on the scale; x_min and x_max are
 * in-distribution accuracies, fractions.
 */
export function formatFits(lines: readonly BaselineLine[]): string {
  const rows = lines.map((line) => ({
    ...ofCells(line),
    slope: computed(line.fit.slope),
    intercept: computed(line.fit.intercept),
    slope_se: computed(line.fit.slopeSe),
    r2: computed(line.fit.r2),
    residual_sd: computed(line.fit.residualSd),
    n: line.fit.n,
    x_min: line.fit.idMin,
    x_max: line.fit.idMax,
    policy: line.policy,
  }));
  return formatCsv(FIT_COLUMNS, rows);
}

/** The text of `influence.csv`: one row a model of a line, with the line that the others alone would draw. */
export function formatInfluence(lines: readonly BaselineLine[]): string {
  const rows = lines.flatMap((line) =>
    leaveOneOut(line.fit).map((one) => ({
      ...ofCells(line),
      model: one.model,
      id_accuracy: one.idAccuracy,
      accuracy: computed(one.accuracy),
      residual: computed(one.residual),
      leverage: computed(one.leverage),
      slope_without: computed(one.slopeWithout),
      intercept_without: computed(one.interceptWithout),
      largest_change: computed(one.largestChange),
    })),
  );
  return formatCsv(INFLUENCE_COLUMNS, rows);
}

function ofCells(line: BaselineLine) {
  const { baseline, group, fit } = line;
  return { baseline, group, ...lineCells(line), scale: fit.scale };
}
