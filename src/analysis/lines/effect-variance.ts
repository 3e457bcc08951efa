import type { CorrectedFit } from "./corrected-fit.ts";
import type { SharedNoise } from "./line-point.ts";
import type { LineTerms } from "./line-terms.ts";
import type { ScaledPoints } from "./scaled-points.ts";
import { groupVariances, residualNoise } from "./scatter.ts";
import { errorCovariances, expectedResidualSquares, isShared, varianceOfSum } from "./shared-errors.ts";

/** The variance of an effect, with the degrees of freedom that it is estimated from (Satterthwaite's). */
export interface EffectVariance {
  value: number;
  degreesOfFreedom: number;
}

/** More makes no difference to an interval. */
const MOST_FREEDOM = 1e6;

/**
 * Prepares variances of effects of a fit: each group's scatter, and the errors of the measurement with their covariances. Errors that
 * checkpoints share may move heights and leave no residual, so scatter and errors are kept apart.
 *
 * @param fit    fitted to the points as they were measured; later calls may be of fits to simulated ones
 * @param groups (n,) number of each point's group
 * @returns variance of weights · y, of the fit's last points; the object is the same every time
 */
export function createEffectVariance(
  fit: CorrectedFit,
  terms: LineTerms,
  measured: ScaledPoints,
  noise: SharedNoise | null,
  groups: Int32Array,
): (weights: Float64Array, points: ScaledPoints) => EffectVariance {
  const n = groups.length;
  const count = groups.reduce((largest, group) => Math.max(largest, group), 0) + 1;
  const covariances = isShared(noise) ? errorCovariances(measured, fit.pointSlopes, noise) : null;
  const expected = covariances === null ? null : expectedResidualSquares(terms, measured.x, covariances);
  const ofErrors = residualNoise(fit, measured, groups, count, expected);
  const units = noise?.units ?? Number.POSITIVE_INFINITY;
  const total = new Float64Array(n);
  const byGroup = new Float64Array(count);
  const freedoms = new Float64Array(count);
  const result: EffectVariance = { value: 0, degreesOfFreedom: 0 };
  return (weights, points) => {
    groupVariances(fit.residuals, fit.freedoms, groups, count, total);
    if (count === 1 && covariances === null) {
      // One variance for all, as least squares has it
      result.value = 0;
      for (let i = 0; i < n; i++) result.value += (weights[i] as number) ** 2 * (total[i] as number);
      result.degreesOfFreedom = n - fit.heightRank - fit.slopeCount;
      return result;
    }
    byGroup.fill(0);
    freedoms.fill(0);
    for (let i = 0; i < n; i++) {
      const g = groups[i] as number;
      const noise = ofErrors[i] as number;
      const variance = total[i] as number;
      const error =
        covariances !== null
          ? 0
          : (points.yVariance[i] as number) + (fit.pointSlopes[i] as number) ** 2 * (points.xVariance[i] as number);
      // Of a variance below the noise, each point's error is taken in proportion
      const ofPoint = variance < noise ? (error * variance) / noise : variance - noise + error;
      byGroup[g] = (byGroup[g] as number) + (weights[i] as number) ** 2 * ofPoint;
      freedoms[g] = (freedoms[g] as number) + (fit.freedoms[i] as number);
    }
    const shared = covariances === null ? 0 : varianceOfSum(weights, covariances);
    let [value, uncertainty] = [shared, shared ** 2 / (units - 1)];
    for (let g = 0; g < count; g++) {
      value += byGroup[g] as number;
      uncertainty += (byGroup[g] as number) ** 2 / (freedoms[g] as number);
    }
    result.value = value;
    result.degreesOfFreedom = uncertainty > 0 ? Math.min(MOST_FREEDOM, value ** 2 / uncertainty) : MOST_FREEDOM;
    return result;
  };
}
