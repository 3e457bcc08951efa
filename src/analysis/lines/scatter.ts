import type { RandomNumbers } from "../../foundation/statistics/random-numbers.ts";
import type { CorrectedFit } from "./corrected-fit.ts";
import type { ScaledPoints } from "./scaled-points.ts";

/**
 * Residuals below this, on any scale, are rounding noise: the points are exactly on their line, so the scatter is not
 * known.
 */
export const ROUNDING = 1e-9;

/**
 * Computes the variance of each point about its line, estimated per group, including measurement errors.
 *
 * @param residuals (n,)
 * @param freedoms  (n,) residual degrees of freedom per point
 * @param groups    (n,) group of each point, numbered from 0
 * @param out       (n,) receives the variances
 */
export function groupVariances(
  residuals: Float64Array,
  freedoms: Float64Array,
  groups: Int32Array,
  count: number,
  out: Float64Array,
): void {
  const n = residuals.length;
  for (let g = 0; g < count; g++) {
    let [groupSquare, groupFreedom] = [0, 0];
    for (let i = 0; i < n; i++) {
      if (groups[i] !== g) continue;
      groupSquare += (residuals[i] as number) ** 2;
      groupFreedom += freedoms[i] as number;
    }
    const variance = groupFreedom > 0 ? groupSquare / groupFreedom : 0;
    for (let i = 0; i < n; i++) if (groups[i] === g) out[i] = variance;
  }
}

/**
 * Computes the part of the variance about the lines due to finite images, averaged over each point's group: errors in y
 * and, along the line, in x.
 *
 * @param expected (n,) expected squared residuals due to shared errors of checkpoints; null: errors are independent
 * @returns (n,)
 */
export function residualNoise(
  fit: CorrectedFit,
  points: ScaledPoints,
  groups: Int32Array,
  count: number,
  expected: Float64Array | null = null,
): Float64Array {
  const noise = new Float64Array(count);
  const freedom = new Float64Array(count);
  for (let i = 0; i < groups.length; i++) {
    const g = groups[i] as number;
    const ofPoint =
      (points.yVariance[i] as number) + (fit.pointSlopes[i] as number) ** 2 * (points.xVariance[i] as number);
    const weight = fit.freedoms[i] as number;
    noise[g] = (noise[g] as number) + (expected === null ? weight * ofPoint : (expected[i] as number));
    freedom[g] = (freedom[g] as number) + weight;
  }
  return Float64Array.from(groups, (g) => (noise[g] as number) / (freedom[g] as number));
}

/**
 * Estimates the scatter beyond the noise of finite images for simulations: a group's variance minus its noise. The
 * variance is median-unbiased (Wilson and Hilferty's cube root), because most small samples underestimate it, so that
 * scatter would be simulated too rarely.
 */
export function scatterVariances(
  fit: CorrectedFit,
  points: ScaledPoints,
  groups: Int32Array,
  count: number,
  expected: Float64Array | null = null,
): Float64Array {
  const variances = new Float64Array(groups.length);
  groupVariances(fit.residuals, fit.freedoms, groups, count, variances);
  const noise = residualNoise(fit, points, groups, count, expected);
  const ofGroup = groupFreedoms(fit.freedoms, groups, count);
  return variances.map((variance, i) => {
    const median = (1 - 2 / (9 * Math.max(1, ofGroup[i] as number))) ** 3;
    return Math.max(0, variance / median - (noise[i] as number));
  });
}

/**
 * Prepares random draws of the scatter beyond the noise of finite images for simulations. A group's variance about the
 * fit, which is uncertain with few residuals, is its residual sum of squares divided by a chi-square variable (the
 * reference posterior), minus its noise.
 *
 * @returns a function that writes a standard deviation for each point, (n,), with new draws for the groups in every
 *   call
 */
export function createScatterDraws(
  fit: CorrectedFit,
  points: ScaledPoints,
  groups: Int32Array,
  count: number,
  expected: Float64Array | null,
  random: RandomNumbers,
): (out: Float64Array) => void {
  const n = groups.length;
  const variances = new Float64Array(n);
  groupVariances(fit.residuals, fit.freedoms, groups, count, variances);
  const noise = residualNoise(fit, points, groups, count, expected);
  const freedoms = groupFreedoms(fit.freedoms, groups, count);
  const first = Array.from({ length: count }, (_, group) => groups.indexOf(group));
  const factors = new Float64Array(count);
  return (out) => {
    for (let g = 0; g < count; g++) {
      const freedom = Math.max(1, freedoms[first[g] as number] ?? 1);
      factors[g] = freedom / random.chiSquared(freedom);
    }
    for (let i = 0; i < n; i++) {
      const variance = (variances[i] as number) * (factors[groups[i] as number] as number);
      out[i] = Math.sqrt(Math.max(0, variance - (noise[i] as number)));
    }
  };
}

/** Computes the degrees of freedom of each point's group, (n,). */
export function groupFreedoms(freedoms: Float64Array, groups: Int32Array, count: number): Float64Array {
  const sums = new Float64Array(count);
  for (let i = 0; i < groups.length; i++)
    sums[groups[i] as number] = (sums[groups[i] as number] as number) + (freedoms[i] as number);
  return Float64Array.from(groups, (g) => sums[g] as number);
}
