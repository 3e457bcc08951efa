import type { LeastSquares } from "../../foundation/statistics/least-squares.ts";

/** The precision of a line: of its slope, and of its level at `xMean`, where level and slope are uncorrelated. */
export interface LinePrecision extends Pick<LeastSquares, "slopeSe" | "xMean"> {
  /** standard error of the line at `xMean` */
  readonly levelSe: number;
}

/** A line with its precision. */
export interface LineEstimate extends LinePrecision, Pick<LeastSquares, "slope" | "intercept" | "interceptSe" | "n"> {}

/**
 * Computes the precision of a least-squares line from points with known, unequal noise. The variance of a point is its
 * noise plus a common scatter, which is the variance of the residuals beyond the noise. If the residuals vary less than
 * the noise, each noise is reduced proportionally.
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

/** Computes the expected part of the residual variance, with n − 2 degrees of freedom, due to noise. */
export function explainedVariance(line: LeastSquares, x: readonly number[], noise: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < line.n; i++) {
    const dx = (x[i] as number) - line.xMean;
    sum += (noise[i] as number) * (1 - 1 / line.n - dx ** 2 / line.xSumOfSquares);
  }
  return sum / (line.n - 2);
}

/**
 * Below this reliability of x a line is noticeably flatter than the true line: it is reported, and corrected for
 * intervals.
 */
export const LOW_RELIABILITY = 0.95;
/** Below this reliability the measured x has too little information about the true x for a correction. */
export const MIN_RELIABILITY = 0.3;

/**
 * Computes the share of the variance of the measured x that is due to the true x: 1 − mean error variance / variance,
 * or 0 if errors explain all of it.
 *
 * @param xVariance      Σ (x − mean)² / (n − 1), > 0
 * @param errorVariances known error variance of each x
 * @see W. A. Fuller, Measurement Error Models, 1987, section 1.1
 */
export function reliabilityOf(xVariance: number, errorVariances: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < errorVariances.length; i++) sum += errorVariances[i] as number;
  return Math.max(0, 1 - sum / errorVariances.length / xVariance);
}

/**
 * Computes the line through the true x. Errors in x flatten a line by the reliability, so the slope is divided by it,
 * about the mean of x (moment correction with known error variances; Fuller's estimator in least squares). Its standard
 * errors include those of the plain line, of the reliability, and the scatter about the steeper line. Student's t with
 * n − 2 degrees of freedom gives intervals that cover 94 to 99 % in simulation, see docs/reference/statistics.md.
 *
 * @param line            a line fitted without regard to errors in x
 * @param precision       precision of the line, or {@link linePrecision} if the points' noise differs
 * @param xSumOfSquares   Σ (x − xMean)²
 * @param reliability result of {@link reliabilityOf}
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
  const lost = slope * (1 - reliability); // share missing from the plain slope
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

/** Returns the standard error of a line at x without the scatter of points. */
export function estimateSe({ levelSe, slopeSe, xMean }: LinePrecision, x: number): number {
  return Math.hypot(levelSe, (x - xMean) * slopeSe);
}
