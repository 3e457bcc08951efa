import { holm } from "../../foundation/statistics/holm.ts";
import type { EffectiveRobustness } from "./effective-robustness.ts";
import type { PredictionEnds } from "./prediction.ts";
import { MEAN_OF_SHIFTS, type RobustnessRow, type Verdict } from "./robustness-row.ts";
import { AVERAGE } from "./study-axes.ts";

/** The level of the verdicts, after Holm's adjustment: the probability of any false one among the inputs. */
export const VERDICT_LEVEL = 0.05;

/** A row before the others are looked at. */
export interface UntestedRow extends Omit<RobustnessRow, "verdict" | "predictionPHolm" | keyof NeededDistances> {
  /** see `EffectiveRobustness`; absent where the row has no line of its own, or a family already */
  readonly predictionEnds?: EffectiveRobustness["predictionEnds"];
  readonly detectable?: EffectiveRobustness["detectable"];
  /** whether the checkpoint is, by its name, a model of the row's line */
  readonly isMember?: boolean;
}

/**
 * Gives every row its verdict. The family of tests is every row that has a prediction band, lies within the baseline's
 * accuracies, and is neither of the line's models nor doubtful: all checkpoints, shifts, their average, prompts and x axes of
 * the inputs.
 */
export function judgeRows(rows: readonly UntestedRow[]): RobustnessRow[] {
  const untested = rows.map((row): Verdict | null => {
    if (row.doubt !== undefined) return "not-ranked";
    if (row.benchmark === MEAN_OF_SHIFTS) return "not-tested";
    if (row.isMember) return "in-baseline";
    if (row.extrapolated) return "extrapolated";
    return row.predictionP === null ? "not-tested" : null;
  });
  const tested = rows.filter((_, i) => untested[i] === null);
  const adjusted = holm(tested.map((row) => row.predictionP as number));
  const byRow = new Map(tested.map((row, i) => [row, adjusted[i] as number]));
  return rows.map((row, i) => {
    const predictionPHolm = byRow.get(row) ?? null;
    const verdict = untested[i] ?? verdictOf(row, predictionPHolm as number);
    const { isMember: _, predictionEnds, detectable, ...figures } = row;
    const ends = predictionPHolm === null ? undefined : predictionEnds?.(VERDICT_LEVEL / tested.length);
    return { ...figures, predictionPHolm, ...neededDistances(row, ends, detectable), verdict };
  });
}

type NeededDistances = Pick<RobustnessRow, "decisionLow" | "decisionHigh" | "detectableLow" | "detectableHigh">;

/** The distances from the line that a verdict needs: measured ones, and true ones that have it with power. */
function neededDistances(
  { expectedAccuracy }: UntestedRow,
  ends: PredictionEnds | undefined,
  detectable: UntestedRow["detectable"],
): NeededDistances {
  const distance = (accuracy: number | null | undefined) => (accuracy == null ? null : accuracy - expectedAccuracy);
  const shown = ends === undefined ? undefined : detectable?.(ends);
  return {
    decisionLow: distance(ends?.low),
    decisionHigh: distance(ends?.high),
    detectableLow: distance(shown?.low),
    detectableHigh: distance(shown?.high),
  };
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
