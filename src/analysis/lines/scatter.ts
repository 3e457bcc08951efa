import { digamma, inverseTrigamma, trigamma } from "../../foundation/statistics/trigamma.ts";
import type { CorrectedFit } from "./corrected-fit.ts";
import type { ScaledPoints } from "./scaled-points.ts";

/** Degrees of freedom that the variance of finite images counts for where a group's residuals are smaller. */
const NOISE_FREEDOM = 1;

/**
 * A group's variance about its line; where it is below what finite images make of it, it is drawn up to that, not raised to it: with few
 * residuals it is small by chance, whatever the scatter.
 *
 * @param freedom degrees of freedom of the variance
 */
export function drawnToNoise(variance: number, freedom: number, noise: number): number {
  return variance >= noise ? variance : (freedom * variance + NOISE_FREEDOM * noise) / (freedom + NOISE_FREEDOM);
}

/**
 * Variance of each point about its line, as its group of points has it, shrunk to the pooled one, measurement errors
 * included.
 *
 * @param residuals (n,)
 * @param freedoms  (n,) degrees of freedom that each point leaves
 * @param groups    (n,) number of each point's group, from 0
 * @param prior     degrees of freedom that the pooled variance counts for beside a group's
 * @param out       (n,) receives the variances
 */
export function groupVariances(
  residuals: Float64Array,
  freedoms: Float64Array,
  groups: Int32Array,
  count: number,
  prior: number,
  out: Float64Array,
): void {
  const n = residuals.length;
  let [square, freedom] = [0, 0];
  for (let i = 0; i < n; i++) {
    square += (residuals[i] as number) ** 2;
    freedom += freedoms[i] as number;
  }
  const pooled = square / freedom;
  for (let g = 0; g < count; g++) {
    let [groupSquare, groupFreedom] = [0, 0];
    for (let i = 0; i < n; i++) {
      if (groups[i] !== g) continue;
      groupSquare += (residuals[i] as number) ** 2;
      groupFreedom += freedoms[i] as number;
    }
    const variance = prior + groupFreedom > 0 ? (prior * pooled + groupSquare) / (prior + groupFreedom) : 0;
    for (let i = 0; i < n; i++) if (groups[i] === g) out[i] = variance;
  }
}

/**
 * The part of the variance about the lines that finite images make, on average over each point's group: of the errors in y and,
 * along the line, in x.
 *
 * @param expected (n,) what errors that checkpoints share are expected to make of the squared residuals; null: errors are independent
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

/** The scatter beyond what finite images make: a group's variance less its noise. */
export function scatterVariances(
  fit: CorrectedFit,
  points: ScaledPoints,
  groups: Int32Array,
  count: number,
  prior: number,
  expected: Float64Array | null = null,
): Float64Array {
  const variances = new Float64Array(groups.length);
  groupVariances(fit.residuals, fit.freedoms, groups, count, prior, variances);
  const noise = residualNoise(fit, points, groups, count, expected);
  return variances.map((variance, i) => Math.max(0, variance - (noise[i] as number)));
}

/** Degrees of freedom of each point's group, (n,). */
export function groupFreedoms(freedoms: Float64Array, groups: Int32Array, count: number): Float64Array {
  const sums = new Float64Array(count);
  for (let i = 0; i < groups.length; i++)
    sums[groups[i] as number] = (sums[groups[i] as number] as number) + (freedoms[i] as number);
  return Float64Array.from(groups, (g) => sums[g] as number);
}

/**
 * How many degrees of freedom the pooled variance is worth beside each group's: many where the groups' variances are as alike as chance
 * makes equal ones, few where they differ. Of fewer than four groups none, since they do not tell.
 *
 * @see G. K. Smyth, Stat. Appl. Genet. Mol. Biol. 3, 2004, section 6.2
 */
export function priorFreedom(
  residuals: Float64Array,
  freedoms: Float64Array,
  groups: Int32Array,
  count: number,
): number {
  if (count < 4) return 0;
  const variances = new Float64Array(groups.length);
  groupVariances(residuals, freedoms, groups, count, 0, variances);
  const ofGroup = groupFreedoms(freedoms, groups, count);
  const logs: number[] = [];
  let chance = 0;
  for (let g = 0; g < count; g++) {
    const i = groups.indexOf(g);
    if (i < 0) continue;
    const half = (ofGroup[i] as number) / 2;
    if (!((variances[i] as number) > 0 && half > 0.1)) return 0;
    logs.push(Math.log(variances[i] as number) - digamma(half) + Math.log(half));
    chance += trigamma(half);
  }
  const mean = logs.reduce((sum, value) => sum + value, 0) / logs.length;
  const spread = logs.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (logs.length - 1) - chance / logs.length;
  const most = count - 3;
  return spread > 0 ? Math.min(most, 2 * inverseTrigamma(spread)) : most;
}
