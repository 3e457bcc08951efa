import { holm } from "../../foundation/statistics/holm.ts";
import { minimumDetectableDifference } from "../../foundation/statistics/minimum-detectable-difference.ts";
import type { PairedCounts } from "./paired-comparison.ts";

/** A difference is significant if its p, after Holm's adjustment over the compared rows, is below this level. */
export const DECISION_LEVEL = 0.05;

/** The decision about a row among all compared rows. */
export interface PairedDecision {
  /** `p` after Holm over all rows of the comparison */
  readonly pHolm: number;
  /**
   * `DECISION_LEVEL` divided by the number of rows: Holm's first step, at which a row is significant regardless of the
   * others
   */
  readonly firstStepLevel: number;
  /**
   * the smallest true difference that this number of images shows at `firstStepLevel` with 80 % power (exact), given
   * the observed number of discordant images; null if n is too small for any difference
   */
  readonly minimumDetectableDifference: number | null;
}

/** Decides rows together as a family of tests. @returns decisions in the order of the rows */
export function decideTogether(
  rows: readonly Pick<PairedCounts, "n" | "onlyFirst" | "onlySecond" | "p">[],
): PairedDecision[] {
  const adjusted = holm(rows.map(({ p }) => p));
  const firstStepLevel = DECISION_LEVEL / rows.length;
  return rows.map(({ n, onlyFirst, onlySecond }, i) => ({
    pHolm: adjusted[i] as number,
    firstStepLevel,
    minimumDetectableDifference: minimumDetectableDifference((onlyFirst + onlySecond) / n, n, firstStepLevel),
  }));
}
