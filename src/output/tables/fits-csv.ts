import { stringify } from "csv-stringify/sync";
import type { BaselineLine } from "../../analysis/robustness/baseline-lines.ts";
import { leaveOneOut } from "../../analysis/robustness/influence.ts";
import { toSpreadsheetText } from "../../foundation/files/spreadsheet-text.ts";
import { csvNumber } from "./csv-number.ts";
import { LINE_COLUMNS, lineCells } from "./line-cells.ts";

const OF_COLUMNS = ["baseline", "group", ...LINE_COLUMNS, "scale"];
const FIT_COLUMNS = ["slope", "intercept", "slope_se", "r2", "residual_sd", "n", "x_min", "x_max", "policy"];
const INFLUENCE_COLUMNS = [
  ...["model", "id_accuracy", "accuracy", "residual", "leverage"],
  ...["slope_without", "intercept_without", "largest_change"],
];

/**
 * The text of `fits.csv`: one row a line. Slope, intercept and residual_sd are on the scale; x_min and x_max are
 * in-distribution accuracies, fractions.
 */
export function formatFits(lines: readonly BaselineLine[]): string {
  const rows = lines.map((line) => ({
    ...ofCells(line),
    slope: csvNumber(line.fit.slope),
    intercept: csvNumber(line.fit.intercept),
    slope_se: csvNumber(line.fit.slopeSe),
    r2: csvNumber(line.fit.r2),
    residual_sd: csvNumber(line.fit.residualSd),
    n: line.fit.n,
    x_min: line.fit.idMin,
    x_max: line.fit.idMax,
    policy: toSpreadsheetText(line.policy),
  }));
  return stringify(rows, { header: true, columns: [...OF_COLUMNS, ...FIT_COLUMNS] });
}

/** The text of `influence.csv`: one row a model of a line, with the line that the others alone would draw. */
export function formatInfluence(lines: readonly BaselineLine[]): string {
  const rows = lines.flatMap((line) =>
    leaveOneOut(line.fit).map((one) => ({
      ...ofCells(line),
      model: toSpreadsheetText(one.model),
      id_accuracy: one.idAccuracy,
      accuracy: csvNumber(one.accuracy),
      residual: csvNumber(one.residual),
      leverage: csvNumber(one.leverage),
      slope_without: csvNumber(one.slopeWithout),
      intercept_without: csvNumber(one.interceptWithout),
      largest_change: csvNumber(one.largestChange),
    })),
  );
  return stringify(rows, { header: true, columns: [...OF_COLUMNS, ...INFLUENCE_COLUMNS] });
}

function ofCells(line: BaselineLine) {
  const { baseline, group, fit } = line;
  return {
    baseline: toSpreadsheetText(baseline),
    group: toSpreadsheetText(group),
    ...lineCells(line),
    scale: fit.scale,
  };
}
