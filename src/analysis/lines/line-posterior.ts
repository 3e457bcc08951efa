import type { LeastSquares } from "../../foundation/statistics/least-squares.ts";
import { type NormalMixture, normalizedWeights } from "../../foundation/statistics/normal-mixture.ts";
import { explainedVariance } from "./corrected-line.ts";

/** The posterior of a line and its scatter: each node has a scatter, with level and slope given that scatter. */
export interface LinePosterior {
  /** x of the levels */
  readonly xMean: number;
  /** (nodes,), sum 1 */
  readonly weights: Float64Array;
  /** variance of the models about the line, without the noise of finite images */
  readonly scatterVariances: Float64Array;
  /** (nodes,) mean of the line's value at `xMean` */
  readonly levels: Float64Array;
  /** (nodes,) mean of the slope */
  readonly slopes: Float64Array;
  /** (nodes,) variance of the level */
  readonly levelVariances: Float64Array;
  /** (nodes,) covariance of level and slope */
  readonly covariances: Float64Array;
  /** (nodes,) variance of the slope */
  readonly slopeVariances: Float64Array;
}

/** Grid densities below e^−22 of the maximum are skipped. */
const LOG_LEFT_OUT = 22;
/** Maximum number of nodes. */
const MAX_NODES = 400;

/**
 * Computes the posterior of the scatter of a least-squares line if the noise of each point is known. The total variance
 * about the line, scatter plus mean noise, is the residual sum of squares divided by a chi-square variable (the
 * reference posterior); if it is below the noise, there is no scatter. Without noise, predictions from it are Student's
 * t.
 *
 * @param x     (n,) the line's x
 * @param noise (n,) known error variances about the line
 * @returns noiseVariance: the average part of the residual variance due to noise
 */
export function leastSquaresPosterior(
  line: LeastSquares,
  x: readonly number[],
  noise: readonly number[],
): { readonly posterior: LinePosterior; readonly noiseVariance: number } {
  const { n, xMean, xSumOfSquares } = line;
  let [level, covariance, slope] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    const dx = (x[i] as number) - xMean;
    const pointNoise = noise[i] as number;
    level += pointNoise / n ** 2;
    covariance += (pointNoise * dx) / (n * xSumOfSquares);
    slope += (pointNoise * dx ** 2) / xSumOfSquares ** 2;
  }
  const degreesOfFreedom = n - 2;
  const floor = explainedVariance(line, x, noise);
  const { scatterVariances, weights } = scatterNodes(
    degreesOfFreedom,
    Math.max(line.residualSd ** 2, 1e-9 * floor, 1e-30),
    floor,
  );
  const nodes = weights.length;
  const posterior = {
    xMean,
    weights,
    scatterVariances,
    levels: new Float64Array(nodes).fill(line.intercept + line.slope * xMean),
    slopes: new Float64Array(nodes).fill(line.slope),
    levelVariances: scatterVariances.map((scatter) => scatter / n + level),
    covariances: new Float64Array(nodes).fill(covariance),
    slopeVariances: scatterVariances.map((scatter) => scatter / xSumOfSquares + slope),
  };
  return { posterior, noiseVariance: floor };
}

/**
 * Computes scatters and their weights: equal steps of ln(total variance) with the trapezoidal rule; totals below the
 * noise are one node without scatter.
 */
function scatterNodes(degreesOfFreedom: number, residualVariance: number, noise: number) {
  const step = gridStep(degreesOfFreedom);
  const height = (log: number) => -0.5 * degreesOfFreedom * (log + residualVariance * Math.exp(-log) - center - 1);
  const center = Math.log(Math.max(residualVariance, Number.MIN_VALUE));
  let none = 0;
  const logWeights: number[] = [];
  const scatters: number[] = [];
  const add = (log: number): boolean => {
    const scatter = Math.exp(log) - noise;
    if (scatter > 0) {
      scatters.push(scatter);
      logWeights.push(height(log));
    } else none += Math.exp(height(log));
    return height(log) > -LOG_LEFT_OUT;
  };
  for (let j = 0; j < MAX_NODES && add(center + j * step); j++);
  for (let j = 1; j < MAX_NODES && add(center - j * step); j++);
  if (none > 0) {
    scatters.push(0);
    logWeights.push(Math.log(none));
  }
  return { scatterVariances: Float64Array.from(scatters), weights: normalizedWeights(Float64Array.from(logWeights)) };
}

/** Returns a step of ln(variance) that is small compared with the standard deviation of its posterior. */
export function gridStep(degreesOfFreedom: number): number {
  return Math.min(0.8, 0.9 * Math.sqrt(2 / degreesOfFreedom));
}

/**
 * Computes the distribution of a further model of the line's kind at x, on infinitely many images of the shift.
 *
 * @param idVariance variance about the line due to the finite images of its x
 */
export function posteriorAt(posterior: LinePosterior, x: number, idVariance: number): NormalMixture {
  const dx = x - posterior.xMean;
  const { weights, scatterVariances, levels, slopes, levelVariances, covariances, slopeVariances } = posterior;
  const means = levels.map((level, j) => level + dx * (slopes[j] as number));
  const sds = scatterVariances.map((scatter, j) =>
    Math.sqrt(
      scatter +
        idVariance +
        (levelVariances[j] as number) +
        2 * dx * (covariances[j] as number) +
        dx ** 2 * (slopeVariances[j] as number),
    ),
  );
  return { weights, means, sds };
}
