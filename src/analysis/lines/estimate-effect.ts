import { studentTQuantile } from "../../foundation/statistics/student-t.ts";
import { createCorrectedFit } from "./corrected-fit.ts";
import type { FitScale } from "./fit-scale.ts";
import type { LinePoint, SharedNoise } from "./line-point.ts";
import type { LineTerms } from "./line-terms.ts";
import { scalePoints } from "./scaled-points.ts";
import { groupVariances, PRIOR } from "./scatter.ts";

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
  const variances = new Float64Array(n);
  groupVariances(fit.residuals, fit.freedoms, groups, groupCount, PRIOR, variances);
  const weights = new Float64Array(n);
  fit.effectWeights(fit.heightWeights(contrast.heights), contrast.slopes, scaled, weights);
  let [estimate, variance] = [0, 0];
  for (let i = 0; i < n; i++) {
    estimate += (weights[i] as number) * (scaled.y[i] as number);
    variance += (weights[i] as number) ** 2 * (variances[i] as number);
  }
  const se = Math.sqrt(variance);
  const reach = studentTQuantile((1 + level) / 2, degreesOfFreedom) * se;
  return { estimate, se, low: estimate - reach, high: estimate + reach, degreesOfFreedom };
}
