import { studentTQuantile } from "../../foundation/statistics/student-t.ts";
import { type CorrectedFit, createCorrectedFit } from "./corrected-fit.ts";
import type { FitScale } from "./fit-scale.ts";
import type { LinePoint, SharedNoise } from "./line-point.ts";
import type { LineTerms } from "./line-terms.ts";
import { type ScaledPoints, scalePoints } from "./scaled-points.ts";
import { groupVariances, PRIOR, scatterVariances } from "./scatter.ts";
import { errorCovariances, expectedResidualSquares, varianceOfSum } from "./shared-errors.ts";

/** A linear combination of a model's coefficients. A height at x is `heights` of a point's row, and its `slopes` times x on the scale. */
export interface Contrast {
  /** (number of heights,) */
  readonly heights: readonly number[];
  /** (number of slopes,) */
  readonly slopes: readonly number[];
}

export interface EffectOptions {
  readonly scale: FitScale;
  /** of the interval; default 0.95 */
  readonly level?: number;
  readonly replicates?: number;
  readonly seed?: number;
  readonly noise?: SharedNoise | null;
  readonly scatterGroups?: readonly number[];
}

/** An effect on the scale, errors in x taken into account. */
export interface Effect {
  readonly estimate: number;
  readonly se: number;
  readonly low: number;
  readonly high: number;
  readonly degreesOfFreedom: number;
}

/**
 * Estimates an effect with its interval.
 *
 * @throws RangeError if the terms' columns depend on each other, or leave no residual degree of freedom
 */
export function estimateEffect(
  points: readonly LinePoint[],
  terms: LineTerms,
  contrast: Contrast,
  options: EffectOptions,
): Effect {
  const { scale, level = 0.95, noise = null } = options;
  const n = points.length;
  const scaled = scalePoints(points, scale);
  const fit = createCorrectedFit(terms, n, noise);
  const degreesOfFreedom = n - fit.heightRank - fit.slopeCount;
  if (degreesOfFreedom <= 0) throw new RangeError(`expected more points than the model's columns, got ${n}`);
  fit.fit(scaled);
  const groups = Int32Array.from(options.scatterGroups ?? points.map(() => 0));
  const groupCount = groups.reduce((largest, group) => Math.max(largest, group), 0) + 1;
  const weights = new Float64Array(n);
  fit.effectWeights(fit.heightWeights(contrast.heights), contrast.slopes, scaled, weights);
  let estimate = 0;
  for (let i = 0; i < n; i++) estimate += (weights[i] as number) * (scaled.y[i] as number);
  const { ofScatter, ofErrors } = variancesOf(weights, fit, scaled, terms, noise, groups, groupCount);
  const se = Math.sqrt(ofScatter + ofErrors);
  const freedom = combinedFreedom(
    ofScatter,
    degreesOfFreedom,
    ofErrors,
    (noise?.units ?? Number.POSITIVE_INFINITY) - 1,
  );
  const reach = studentTQuantile((1 + level) / 2, freedom) * se;
  return { estimate, se, low: estimate - reach, high: estimate + reach, degreesOfFreedom: freedom };
}

/**
 * Variance of an effect: of the residuals, which hold scatter and errors alike, where errors are independent. Errors that checkpoints share
 * may move heights and leave no residual, so they are added to the scatter by their covariances.
 */
function variancesOf(
  weights: Float64Array,
  fit: CorrectedFit,
  scaled: ScaledPoints,
  terms: LineTerms,
  noise: SharedNoise | null,
  groups: Int32Array,
  groupCount: number,
): { readonly ofScatter: number; readonly ofErrors: number } {
  const sum = (variances: Float64Array) =>
    variances.reduce((total, variance, i) => total + (weights[i] as number) ** 2 * variance, 0);
  if (noise === null || (noise.x === null && noise.y === null)) {
    const variances = new Float64Array(weights.length);
    groupVariances(fit.residuals, fit.freedoms, groups, groupCount, PRIOR, variances);
    return { ofScatter: sum(variances), ofErrors: 0 };
  }
  const covariances = errorCovariances(scaled, fit.pointSlopes, noise);
  const expected = expectedResidualSquares(terms, scaled.x, covariances);
  return {
    ofScatter: sum(scatterVariances(fit, scaled, groups, groupCount, PRIOR, expected)),
    ofErrors: varianceOfSum(weights, covariances),
  };
}

/** Degrees of freedom of a sum of two estimated variances (F. E. Satterthwaite, Biometrics Bulletin 2, 1946); at most those of a normal. */
function combinedFreedom(a: number, ofA: number, b: number, ofB: number): number {
  if (b === 0) return ofA;
  return Math.min(MOST_FREEDOM, (a + b) ** 2 / (a ** 2 / ofA + b ** 2 / ofB));
}

/** More makes no difference to an interval. */
const MOST_FREEDOM = 1e6;
