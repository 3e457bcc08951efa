import type { CorrectedFit } from "./corrected-fit.ts";
import type { SharedNoise } from "./line-point.ts";
import type { LineTerms } from "./line-terms.ts";
import type { ScaledPoints } from "./scaled-points.ts";
import { groupVariances, residualNoise } from "./scatter.ts";
import { errorCovariances, expectedResidualSquares, isShared, varianceOfSum } from "./shared-errors.ts";

/** The variance of an effect, with its degrees of freedom (Satterthwaite's). */
export interface EffectVariance {
  value: number;
  degreesOfFreedom: number;
}

/** Larger values make no difference to an interval. */
const MAX_FREEDOM = 1e6;

/** Variances of effects of a fit. */
export interface EffectVariances {
  /** Updates to the residuals of the last fit; required before the first `of` and after every fit. */
  readonly refresh: (points: ScaledPoints) => void;
  /** Returns the variance of weights · y, always in the same object. */
  readonly of: (weights: Float64Array) => EffectVariance;
}

/**
 * Prepares variances of effects of a fit from each group's scatter and the measurement errors with their covariances.
 * Shared errors of checkpoints may change heights without leaving residuals, so scatter and errors are separate.
 *
 * @param fit    fitted to the measured points; later refreshes may use fits to simulated points
 * @param groups (n,) number of each point's group
 */
export function createEffectVariances(
  fit: CorrectedFit,
  terms: LineTerms,
  measured: ScaledPoints,
  noise: SharedNoise | null,
  groups: Int32Array,
): EffectVariances {
  const n = groups.length;
  const count = groups.reduce((largest, group) => Math.max(largest, group), 0) + 1;
  const covariances = isShared(noise) ? errorCovariances(measured, fit.pointSlopes, noise) : null;
  const expected = covariances === null ? null : expectedResidualSquares(terms, measured.x, covariances);
  const ofErrors = residualNoise(fit, measured, groups, count, expected);
  const units = noise?.units ?? Number.POSITIVE_INFINITY;
  const isPooled = count === 1 && covariances === null; // one common variance, as in least squares
  const variances = new Float64Array(n);
  const byGroup = new Float64Array(count);
  const freedoms = new Float64Array(count);
  const result: EffectVariance = { value: 0, degreesOfFreedom: 0 };

  const refresh = (points: ScaledPoints) => {
    groupVariances(fit.residuals, fit.freedoms, groups, count, variances);
    if (isPooled) return;
    freedoms.fill(0);
    for (let i = 0; i < n; i++) {
      const g = groups[i] as number;
      freedoms[g] = (freedoms[g] as number) + (fit.freedoms[i] as number);
      const ofNoise = ofErrors[i] as number;
      const variance = variances[i] as number;
      const error =
        covariances !== null
          ? 0
          : (points.yVariance[i] as number) + (fit.pointSlopes[i] as number) ** 2 * (points.xVariance[i] as number);
      // If the variance is below the noise, the errors are scaled down proportionally
      variances[i] = variance < ofNoise ? (error * variance) / ofNoise : variance - ofNoise + error;
    }
  };

  const of = (weights: Float64Array): EffectVariance => {
    byGroup.fill(0);
    for (let i = 0; i < n; i++) {
      const g = groups[i] as number;
      byGroup[g] = (byGroup[g] as number) + (weights[i] as number) ** 2 * (variances[i] as number);
    }
    if (isPooled) {
      result.value = byGroup[0] as number;
      result.degreesOfFreedom = n - fit.heightRank - fit.slopeCount;
      return result;
    }
    const shared = covariances === null ? 0 : varianceOfSum(weights, covariances);
    let [value, uncertainty] = [shared, shared ** 2 / (units - 1)];
    for (let g = 0; g < count; g++) {
      const part = byGroup[g] as number;
      if (part === 0) continue;
      value += part;
      uncertainty += part ** 2 / (freedoms[g] as number);
    }
    result.value = value;
    result.degreesOfFreedom = uncertainty > 0 ? Math.min(MAX_FREEDOM, value ** 2 / uncertainty) : MAX_FREEDOM;
    return result;
  };
  return { refresh, of };
}
