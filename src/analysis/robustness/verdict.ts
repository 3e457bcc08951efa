import { AVERAGE } from "./pair-rows.ts";
import { MEAN_OF_SHIFTS, type RobustnessRow } from "./robustness-study.ts";

/** Whether a new model of the baseline's kind would not be expected (95 %) at this accuracy. */
export function isBeyondScatter({
  accuracy,
  predictionLow,
  predictionHigh,
}: Pick<RobustnessRow, "accuracy" | "predictionLow" | "predictionHigh">): boolean {
  return predictionLow !== null && predictionHigh !== null && (accuracy < predictionLow || accuracy > predictionHigh);
}

/** The rows that a headline speaks of: the average of the five shifts, else every shift. */
export function headlineRows(rows: readonly RobustnessRow[]): readonly RobustnessRow[] {
  const averages = rows.filter((row) => row.benchmark === AVERAGE);
  return averages.length > 0 ? averages : rows.filter((row) => row.benchmark !== MEAN_OF_SHIFTS);
}
