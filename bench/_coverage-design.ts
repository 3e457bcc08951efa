import type { RandomNumbers } from "../src/foundation/statistics/random-numbers.ts";

/** The result of one simulated data set. */
export interface Outcome {
  /** whether a test rejects at level 0.05, or an interval contains the truth */
  readonly hit: boolean;
  /** the same for the previous method; null if there was none */
  readonly before: boolean | null;
}

/** A world in which the truth is known, and a procedure that is tested on data sets drawn from it. */
export interface CoverageDesign {
  /** unique: topic, what is tested, what is difficult about it */
  readonly name: string;
  /** topic of the report's table: groups, mixtures, single line, … */
  readonly topic: string;
  /** description of the test, e.g. "equal slopes, parametric bootstrap" */
  readonly procedure: string;
  /** share of data sets that should be hits: 0.05 for a test whose hypothesis is true, 0.95 for an interval */
  readonly nominal: number;
  /**
   * `calibrated`: between 3 and 7 % (93 and 97 %). `conservative`: at most 5 % (at least 95 %), within Monte Carlo error.
   * `power`: any share, the hypothesis is false.
   */
  readonly expectation: "calibrated" | "conservative" | "power";
  /**
   * Draws a data set and applies the procedure to it.
   *
   * @param replicates number of simulated data sets of a bootstrap; with 19, 199, 999 … its level is exact
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
  /** of the previous method; null if there was none */
  readonly before: number | null;
}

/** Bounds of the share of hits of a calibrated or conservative procedure, without Monte Carlo error. */
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
 * Whether the hits are within the bounds; for a conservative procedure up to two standard errors beyond them, because its level
 * may be exact.
 */
export function isWithinBounds(count: CoverageCount): boolean {
  const [low, high] = boundsOf(count);
  const slack =
    count.expectation === "conservative" ? 2 * Math.sqrt((count.nominal * (1 - count.nominal)) / count.repetitions) : 0;
  const share = count.hits / count.repetitions;
  return share >= low - slack && share <= high + slack;
}
