import { fUpperTail } from "../../foundation/statistics/f-distribution.ts";
import { createRandomNumbers } from "../../foundation/statistics/random-numbers.ts";
import { createCorrectedFit } from "./corrected-fit.ts";
import type { FitScale } from "./fit-scale.ts";
import { fitLineModel } from "./fitted-line-model.ts";
import type { LinePoint, SharedNoise } from "./line-point.ts";
import type { LineTerms } from "./line-terms.ts";
import { createNestedResiduals } from "./nested-residuals.ts";
import { emptyPoints, scalePoints } from "./scaled-points.ts";
import { groupVariances, ROUNDING, scatterVariances } from "./scatter.ts";
import { errorCovariances, expectedResidualSquares, isShared } from "./shared-errors.ts";
import { createPointSimulator } from "./simulate-points.ts";

export interface TestOptions {
  readonly scale: FitScale;
  /** number of simulated data sets; default: 1999 */
  readonly replicates?: number;
  /** default 1 */
  readonly seed?: number;
  readonly noise?: SharedNoise | null;
  /**
   * (n,) group of each point, numbered from 0; each group has a separate scatter about the lines. Default: the same
   * scatter for all
   */
  readonly scatterGroups?: readonly number[];
}

/** A test of a reduced model within a full model. */
export interface TermsTest {
  /** F of the nested fits */
  readonly statistic: number;
  readonly df1: number;
  readonly df2: number;
  /**
   * share of data sets, those simulated under the reduced model and the observed one, whose statistic is at least as
   * large
   */
  readonly p: number;
  /** p of the plain F test, which ignores errors in x and unequal scatter */
  readonly quickP: number;
  readonly replicates: number;
}

export const REPLICATES = 1999;
export const SEED = 1;

/**
 * Tests a reduced model against a full model by a parametric bootstrap of the F statistic of the nested least-squares
 * fits on empirical logits, with each group weighted by its variance about the full model. Data sets are simulated
 * under the reduced model, fitted with errors in x taken into account, with the binomial measurement errors on both
 * axes and the scatter of each group.
 *
 * @throws RangeError if the full model adds nothing to the reduced model, or leaves no residual to test against, also
 *   within a group of points
 * @throws InputError if an accuracy is not a fraction, or an accuracy of 0 or 1 has no number of images
 * @see K. Krishnamoorthy, F. Lu & T. Mathew, Computational Statistics & Data Analysis 51, 2007, for unequal variances
 */
export function testTerms(
  points: readonly LinePoint[],
  full: LineTerms,
  reduced: LineTerms,
  options: TestOptions,
): TermsTest {
  const { scale, replicates = REPLICATES, seed = SEED, noise = null } = options;
  const n = points.length;
  const scaled = scalePoints(points, scale);
  const nested = createNestedResiduals(full, reduced, scaled.x);
  const [df1, df2] = [nested.fullRank - nested.reducedRank, n - nested.fullRank];
  if (df1 <= 0) throw new RangeError("the full model adds no column to the reduced one");
  if (df2 <= 0) throw new RangeError(`a test of ${nested.fullRank} columns needs more points than that, got ${n}`);

  const groups = Int32Array.from(options.scatterGroups ?? points.map(() => 0));
  const groupCount = groups.reduce((largest, group) => Math.max(largest, group), 0) + 1;
  const fit = createCorrectedFit(full, n, noise);
  fit.fit(scaled);
  const freedoms = Float64Array.from(fit.freedoms);
  const expected = isShared(noise)
    ? expectedResidualSquares(full, scaled.x, errorCovariances(scaled, fit.pointSlopes, noise))
    : null;

  const sums = new Float64Array(2);
  const residuals = new Float64Array(n);
  const weights = new Float64Array(n);
  const f = (x: Float64Array, y: Float64Array): number => {
    nested.fit(x, y, null, sums, residuals);
    if (groupCount > 1) {
      groupVariances(residuals, freedoms, groups, groupCount, weights);
      for (let i = 0; i < n; i++) weights[i] = 1 / Math.sqrt(weights[i] as number);
      nested.fit(x, y, weights, sums, residuals);
    }
    return fOf(sums, df1, df2);
  };
  nested.fit(scaled.x, scaled.y, null, sums, residuals);
  const quickF = fOf(sums, df1, df2);
  groupVariances(residuals, freedoms, groups, groupCount, weights);
  if (weights.some((variance) => variance <= ROUNDING ** 2))
    throw new RangeError("the points are exactly on the full model: nothing to test against");
  const statistic = f(scaled.x, scaled.y);

  const scatter = scatterVariances(fit, scaled, groups, groupCount, expected);
  const model = fitLineModel(points, scaled, reduced, fit, noise, scatter);
  const draw = createPointSimulator(model, scale, createRandomNumbers(seed));
  const simulated = emptyPoints(n);
  let atLeast = 0;
  for (let replicate = 0; replicate < replicates; replicate++) {
    draw(simulated);
    if (!(f(simulated.x, simulated.y) < statistic)) atLeast++;
  }
  return {
    statistic,
    df1,
    df2,
    p: (1 + atLeast) / (1 + replicates),
    quickP: fUpperTail(quickF, df1, df2),
    replicates,
  };
}

function fOf(sums: Float64Array, df1: number, df2: number): number {
  const [reduced = 0, full = 0] = sums;
  return Math.max(0, reduced - full) / df1 / (full / df2);
}
