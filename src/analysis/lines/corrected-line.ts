import type { LeastSquares } from "../../foundation/statistics/least-squares.ts";

/** How surely a line is known: its slope, and its level at `xMean`, where level and slope are uncorrelated. */
export interface LinePrecision extends Pick<LeastSquares, "slopeSe" | "xMean"> {
  /** standard error of the line at `xMean` */
  readonly levelSe: number;
}

/** What a line says and how surely. */
export interface LineEstimate extends LinePrecision, Pick<LeastSquares, "slope" | "intercept" | "interceptSe" | "n"> {}

/**
 * How surely a line of least squares is known where the noise of its points is, and differs: the points' variances are the noise of each and
 * one scatter, which the residuals have beyond the noise; of residuals that have less than that, each has its share.
 *
 * @param x     (n,) the line's x
 * @param noise (n,) known error variances about the line
 */
export function linePrecision(line: LeastSquares, x: readonly number[], noise: readonly number[]): LinePrecision {
  const { n, xMean, xSumOfSquares, residualSd } = line;
  const explained = explainedVariance(line, x, noise);
  const scatter = Math.max(0, residualSd ** 2 - explained);
  const share = explained > residualSd ** 2 ? residualSd ** 2 / explained : 1;
  let [level, covariance, slope] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    const dx = (x[i] as number) - xMean;
    const variance = scatter + share * (noise[i] as number);
    level += variance / n ** 2;
    covariance += (variance * dx) / (n * xSumOfSquares);
    slope += (variance * dx ** 2) / xSumOfSquares ** 2;
  }
  if (!(slope > 0)) return { slopeSe: 0, levelSe: 0, xMean };
  return {
    slopeSe: Math.sqrt(slope),
    levelSe: Math.sqrt(Math.max(0, level - covariance ** 2 / slope)),
    xMean: xMean - covariance / slope,
  };
}

/** What of the residual variance of n − 2 degrees of freedom the noise is expected to make. */
export function explainedVariance(line: LeastSquares, x: readonly number[], noise: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < line.n; i++) {
    const dx = (x[i] as number) - line.xMean;
    sum += (noise[i] as number) * (1 - 1 / line.n - dx ** 2 / line.xSumOfSquares);
  }
  return sum / (line.n - 2);
}

/** Below this reliability of x a line is visibly flatter than the true one: it is named, and corrected for intervals. */
export const LOW_RELIABILITY = 0.95;
/** Below this reliability the measured x says too little of the true one: no correction is given. */
export const MIN_RELIABILITY = 0.3;

/**
 * The share of the variance of the measured x that is of the true x: 1 − mean error variance / variance, 0 where the errors
 * alone explain all of it.
 *
 * @param xVariance      Σ (x − mean)² / (n − 1), > 0
 * @param errorVariances of each x, known
 * @see W. A. Fuller, Measurement Error Models, 1987, section 1.1
 */
export function reliabilityOf(xVariance: number, errorVariances: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < errorVariances.length; i++) sum += errorVariances[i] as number;
  return Math.max(0, 1 - sum / errorVariances.length / xVariance);
}

/**
 * The line through the true x: errors in x make a line flatter by the reliability, so the slope is divided by it, about the
 * mean of x (moment correction with known error variances; in least squares Fuller's estimator). Its standard errors hold
 * the line's own, those of the reliability, and the scatter that the steeper line leaves; Student's t with n − 2 degrees of
 * freedom gives intervals that cover 94 to 99 % in simulation, see docs/reference/statistics.md.
 *
 * @param line            a line fitted as if x had no error
 * @param precision       of the line: its own, or {@link linePrecision} where the points' noise differs
 * @param xSumOfSquares   Σ (x − xMean)²
 * @param reliability     of {@link reliabilityOf}
 * @returns null below {@link MIN_RELIABILITY}
 * @see W. A. Fuller, Measurement Error Models, 1987, theorem 1.2.1 and section 2.5
 */
export function correctLine(
  line: LineEstimate,
  precision: LinePrecision,
  xSumOfSquares: number,
  reliability: number,
): LineEstimate | null {
  if (reliability < MIN_RELIABILITY) return null;
  const { n } = line;
  const { xMean } = precision;
  const slope = line.slope / reliability;
  const lost = slope * (1 - reliability); // what the plain slope lacks
  const slopeSe = Math.sqrt(precision.slopeSe ** 2 + lost ** 2 * (1 / (n - 2) + 1 / (n - 1))) / reliability;
  const levelSe = Math.sqrt(precision.levelSe ** 2 + (lost ** 2 * xSumOfSquares) / (n * (n - 2)));
  return {
    n,
    xMean,
    slope,
    intercept: line.intercept + (line.slope - slope) * line.xMean,
    slopeSe,
    interceptSe: Math.hypot(levelSe, xMean * slopeSe),
    levelSe,
  };
}

/** Standard error of a line at x, the points' own scatter left out. */
export function estimateSe({ levelSe, slopeSe, xMean }: LinePrecision, x: number): number {
  return Math.hypot(levelSe, (x - xMean) * slopeSe);
}
