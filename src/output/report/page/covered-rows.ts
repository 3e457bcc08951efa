import type { FitScale } from "../../../analysis/lines/fit-scale.ts";
import { coverExtrapolated } from "../../../analysis/robustness/covering-baselines.ts";
import { lineKeyText } from "../../../analysis/robustness/line-key.ts";
import type { RobustnessRow } from "../../../analysis/robustness/robustness-row.ts";
import type { RobustnessStudy } from "../../../analysis/robustness/robustness-study.ts";
import { testedRows } from "../../../analysis/robustness/verdict.ts";
import type { ReportData } from "../report-data.ts";
import type { View } from "./view.ts";

/** The verdict of another baseline on a row, and the number of its tests. */
export interface CoveredRow {
  readonly row: RobustnessRow;
  readonly tests: number;
}

/** Returns the verdict of another baseline of the page on a row that the line in question only extrapolates. */
export function coveredRow(
  data: ReportData,
  study: RobustnessStudy,
  view: View,
  row: RobustnessRow,
): CoveredRow | undefined {
  if (row.verdict !== "extrapolated") return undefined;
  const accuracies = study.accuracies.filter(({ checkpoint }) => checkpoint === row.checkpoint);
  const rows = study.rows.filter(({ checkpoint }) => checkpoint === row.checkpoint);
  const covered = coverExtrapolated(
    { ...study, rows, accuracies: accuracies },
    data.baselines.filter(({ id }) => id !== view.baseline),
    {
      scale: view.scale as FitScale,
      ...(data.line === undefined ? {} : { line: data.line }),
      axes: data.axes,
      defaultProtocols: new Map(data.benchmarks.map(({ id, defaultProtocol }) => [id, defaultProtocol])),
    },
  );
  const found = covered.find((candidate) => lineKeyText(candidate) === lineKeyText(row));
  if (found === undefined) return undefined;
  return { row: found, tests: testedRows(covered.filter(({ baseline }) => baseline === found.baseline)) };
}
