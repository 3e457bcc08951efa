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
  "line",
  "scatter_sd",
  "reliability",
  "slope_corrected",
  "slope_corrected_se",
  "intercept_corrected",
  "intercept_corrected_se",
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
 * The text of `fits.csv`: one row per line. Slope, intercept, residual_sd and scatter_sd are on the scale; x_min and
 * x_max are in-distribution accuracies, fractions. r2 and residual_sd are empty for a binomial line. scatter_sd,
 * reliability and the corrected line are empty if a number of images is not known; the corrected line also if x is too
 * unreliable.
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
    line: line.fit.line,
    scatter_sd: computed(line.fit.scatterSd),
    reliability: computed(line.fit.reliability),
    slope_corrected: computed(line.fit.corrected?.slope ?? null),
    slope_corrected_se: computed(line.fit.corrected?.slopeSe ?? null),
    intercept_corrected: computed(line.fit.corrected?.intercept ?? null),
    intercept_corrected_se: computed(line.fit.corrected?.interceptSe ?? null),
  }));
  return formatCsv(FIT_COLUMNS, rows);
}

/** The text of `influence.csv`: one row per model of a line, with the line fitted without that model. */
export function formatInfluence(lines: readonly BaselineLine[]): string {
  const rows = lines.flatMap((line) =>
    leaveOneOut(line.fit).map((influence) => ({
      ...ofCells(line),
      model: influence.model,
      id_accuracy: influence.idAccuracy,
      accuracy: computed(influence.accuracy),
      residual: computed(influence.residual),
      leverage: computed(influence.leverage),
      slope_without: computed(influence.slopeWithout),
      intercept_without: computed(influence.interceptWithout),
      largest_change: computed(influence.largestChange),
    })),
  );
  return formatCsv(INFLUENCE_COLUMNS, rows);
}

function ofCells(line: BaselineLine) {
  const { baseline, group, fit } = line;
  return { baseline, group, ...lineCells(line), scale: fit.scale };
}
