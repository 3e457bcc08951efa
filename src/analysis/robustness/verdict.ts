import { holm } from "../../foundation/statistics/holm.ts";
import { AVERAGE } from "./pair-rows.ts";
import { MEAN_OF_SHIFTS, type RobustnessRow, type Verdict } from "./robustness-row.ts";

/** The level of the verdicts, after Holm's adjustment: the probability of any false one among the inputs. */
export const VERDICT_LEVEL = 0.05;

/** A row before the others are looked at. */
export type UntestedRow = Omit<RobustnessRow, "verdict" | "predictionPHolm">;

/**
 * Gives every row its verdict. The family of tests is every row that has a prediction band, lies within the baseline's
 * accuracies, and is neither of the baseline's models nor doubtful: all checkpoints, shifts, prompts and x axes of the inputs.
 *
 * @param isMember whether the row's checkpoint is one of the models of the row's line
 */
export function judgeRows(rows: readonly UntestedRow[], isMember: (row: UntestedRow) => boolean): RobustnessRow[] {
  const untested = rows.map((row): Verdict | null => {
    if (row.doubt !== undefined) return "not-ranked";
    if (row.predictionP === null || row.benchmark === MEAN_OF_SHIFTS) return "not-tested";
    if (isMember(row)) return "in-baseline";
    return row.extrapolated ? "extrapolated" : null;
  });
  const tested = rows.filter((_, i) => untested[i] === null);
  const adjusted = holm(tested.map((row) => row.predictionP as number));
  const byRow = new Map(tested.map((row, i) => [row, adjusted[i] as number]));
  return rows.map((row, i) => {
    const predictionPHolm = byRow.get(row) ?? null;
    const verdict = untested[i] ?? verdictOf(row, predictionPHolm as number);
    return { ...row, predictionPHolm, verdict };
  });
}

function verdictOf({ effectiveRobustness }: UntestedRow, p: number): Verdict {
  if (p >= VERDICT_LEVEL) return "within";
  return effectiveRobustness > 0 ? "above" : "below";
}

/** Whether a new model of the baseline's kind would not be expected at this accuracy, among as many rows as were tested. */
export function isOutsideBand({ verdict }: Pick<RobustnessRow, "verdict">): boolean {
  return verdict === "above" || verdict === "below";
}

/** How many rows the verdicts of a study were adjusted over. */
export function testedRows(rows: readonly RobustnessRow[]): number {
  return rows.filter((row) => row.predictionPHolm !== null).length;
}

/** The rows that a headline speaks of: the average of the five shifts, else every shift. */
export function headlineRows(rows: readonly RobustnessRow[]): readonly RobustnessRow[] {
  const averages = rows.filter((row) => row.benchmark === AVERAGE);
  return averages.length > 0 ? averages : rows.filter((row) => row.benchmark !== MEAN_OF_SHIFTS);
}
