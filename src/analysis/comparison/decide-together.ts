import { holm } from "../../foundation/statistics/holm.ts";
import { minimumDetectableDifference } from "../../foundation/statistics/minimum-detectable-difference.ts";
import type { PairedCounts } from "./paired-comparison.ts";

/** A difference is called more than chance where its p, after Holm's adjustment over the rows compared, is below this. */
export const DECISION_LEVEL = 0.05;

/** What is decided of a row among all that are compared. */
export interface PairedDecision {
  /** `p` after Holm over all rows of the comparison */
  readonly pHolm: number;
  /** `DECISION_LEVEL` over the number of rows: Holm's first step, at which a row is decided whatever the others are */
  readonly firstStepLevel: number;
  /**
   * the smallest true difference that so many images show at `firstStepLevel` with 80 % power (exact), if as many images as
   * observed separate the two; null where n is too small for any
   */
  readonly minimumDetectableDifference: number | null;
}

/** Decides rows together: a family of tests. @returns in the rows' order */
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
