import type { LeastSquares } from "../../foundation/statistics/least-squares.ts";

/** What a line says and how surely: its level at `xMean`, where level and slope are uncorrelated, and its slope. */
export interface LineEstimate
  extends Pick<LeastSquares, "slope" | "intercept" | "slopeSe" | "interceptSe" | "xMean" | "n"> {
  /** standard error of the line at `xMean` */
  readonly levelSe: number;
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
 * freedom gives intervals that cover 94 to 99 % in simulation, see docs/statistics.md.
 *
 * @param line            a line fitted as if x had no error
 * @param xSumOfSquares   Σ (x − xMean)²
 * @param reliability     of {@link reliabilityOf}
 * @returns null below {@link MIN_RELIABILITY}
 * @see W. A. Fuller, Measurement Error Models, 1987, theorem 1.2.1 and section 2.5
 */
export function correctLine(line: LineEstimate, xSumOfSquares: number, reliability: number): LineEstimate | null {
  if (reliability < MIN_RELIABILITY) return null;
  const { n, xMean } = line;
  const slope = line.slope / reliability;
  const lost = slope * (1 - reliability); // what the plain slope lacks
  const slopeSe = Math.sqrt(line.slopeSe ** 2 + lost ** 2 * (1 / (n - 2) + 1 / (n - 1))) / reliability;
  const levelSe = Math.sqrt(line.levelSe ** 2 + (lost ** 2 * xSumOfSquares) / (n * (n - 2)));
  return {
    n,
    xMean,
    slope,
    intercept: line.intercept + (line.slope - slope) * xMean,
    slopeSe,
    interceptSe: Math.hypot(levelSe, xMean * slopeSe),
    levelSe,
  };
}

/** Standard error of a line at x, the points' own scatter left out. */
export function estimateSe({ levelSe, slopeSe, xMean }: LineEstimate, x: number): number {
  return Math.hypot(levelSe, (x - xMean) * slopeSe);
}
