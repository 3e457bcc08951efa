import type { RandomNumbers } from "../src/foundation/statistics/random-numbers.ts";

/** What came of one simulated data set. */
export interface Outcome {
  /** a test rejects at level 0.05; an interval holds the truth */
  readonly hit: boolean;
  /** the same of the method before; null where there was none */
  readonly before: boolean | null;
}

/** A world in which the truth is known, and a procedure that is tried on data sets drawn from it. */
export interface CoverageDesign {
  /** unique: topic, what is tried, what is hard about it */
  readonly name: string;
  /** topic of the report's table: groups, mixtures, single line, … */
  readonly topic: string;
  /** what is tried, in words, e.g. "equal slopes, parametric bootstrap" */
  readonly procedure: string;
  /** share of data sets that should be hits: 0.05 of a test whose hypothesis holds, 0.95 of an interval */
  readonly nominal: number;
  /**
   * `calibrated`: between 3 and 7 % (93 and 97 %). `conservative`: at most 5 % (at least 95 %), within Monte Carlo error. `power`: any share,
   * the hypothesis does not hold.
   */
  readonly expectation: "calibrated" | "conservative" | "power";
  /**
   * Draws a data set and tries the procedure on it.
   *
   * @param replicates simulated data sets of a bootstrap; with 19, 199, 999 … its level is exact
   */
  readonly simulate: (random: RandomNumbers, replicates: number) => Outcome;
}

/** Hits of one design so far. */
export interface CoverageCount {
  readonly name: string;
  readonly topic: string;
  readonly procedure: string;
  readonly nominal: number;
  readonly expectation: CoverageDesign["expectation"];
  readonly repetitions: number;
  readonly replicates: number;
  readonly hits: number;
  /** of the method before; null where there was none */
  readonly before: number | null;
}

/** Hits that a calibrated or conservative procedure may have, as shares, Monte Carlo error aside. */
export function boundsOf({
  nominal,
  expectation,
}: Pick<CoverageDesign, "nominal" | "expectation">): readonly [number, number] {
  const isTest = nominal < 0.5;
  if (expectation === "power") return [0, 1];
  if (expectation === "calibrated") return [nominal - 0.02, nominal + 0.02];
  return isTest ? [0, nominal] : [nominal, 1];
}

/**
 * Whether the hits are within the bounds; of a conservative procedure up to two standard errors beyond them, since it may be at its level
 * exactly.
 */
export function isWithinBounds(count: CoverageCount): boolean {
  const [low, high] = boundsOf(count);
  const slack =
    count.expectation === "conservative" ? 2 * Math.sqrt((count.nominal * (1 - count.nominal)) / count.repetitions) : 0;
  const share = count.hits / count.repetitions;
  return share >= low - slack && share <= high + slack;
}
