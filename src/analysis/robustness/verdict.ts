import { holm } from "../../foundation/statistics/holm.ts";
import type { EffectiveRobustness } from "./effective-robustness.ts";
import type { PredictionEnds } from "./prediction.ts";
import { MEAN_OF_SHIFTS, type RobustnessRow, type Verdict } from "./robustness-row.ts";
import { AVERAGE } from "./study-axes.ts";

/** The level of the verdicts, after Holm's adjustment: the probability of any false verdict among the inputs. */
export const VERDICT_LEVEL = 0.05;

/** A row before the adjustment over all rows. */
export interface UntestedRow extends Omit<RobustnessRow, "verdict" | "predictionPHolm" | keyof NeededDistances> {
  /** see `EffectiveRobustness`; absent if the row has no line, or is in a family already */
  readonly predictionEnds?: EffectiveRobustness["predictionEnds"];
  readonly detectable?: EffectiveRobustness["detectable"];
  /** whether the checkpoint is a model of the row's line, by name */
  readonly isMember?: boolean;
}

/**
 * Assigns a verdict to every row. The family of tests is every row that has a prediction band, is within the baseline's
 * accuracies, and is neither one of the line's models nor doubtful: all checkpoints, shifts, their average, prompts and
 * x axes of the inputs.
 */
export function assignVerdicts(rows: readonly UntestedRow[]): RobustnessRow[] {
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

/**
 * Computes the distances from the line that a verdict needs: measured distances, and true distances that reach it with
 * power.
 */
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

/** Returns whether a row is outside the prediction band after adjustment over all tested rows. */
export function isOutsideBand({ verdict }: Pick<RobustnessRow, "verdict">): boolean {
  return verdict === "above" || verdict === "below";
}

/** Counts the rows that the verdicts of a study were adjusted over. */
export function testedRows(rows: readonly RobustnessRow[]): number {
  return rows.filter((row) => row.predictionPHolm !== null).length;
}

/** Selects the rows of headlines: the average of the five shifts, else every shift. */
export function headlineRows(rows: readonly RobustnessRow[]): readonly RobustnessRow[] {
  const averages = rows.filter((row) => row.benchmark === AVERAGE);
  return averages.length > 0 ? averages : rows.filter((row) => row.benchmark !== MEAN_OF_SHIFTS);
}
