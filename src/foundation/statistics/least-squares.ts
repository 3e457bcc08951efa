import { linearRegression, max, mean, min } from "simple-statistics";

/** A line y = intercept + slope x fitted by ordinary least squares, with what its intervals need. */
export interface LeastSquares {
  /** change of y per unit of x */
  readonly slope: number;
  /** y at x = 0 */
  readonly intercept: number;
  /** share of y's variance that the line explains, in [0, 1]; 0 where y is constant, as in scipy */
  readonly r2: number;
  /** standard deviation of the residuals, with n − 2 degrees of freedom */
  readonly residualSd: number;
  /** standard error of the slope */
  readonly slopeSe: number;
  /** standard error of the intercept */
  readonly interceptSe: number;
  /** number of points */
  readonly n: number;
  /** mean of x */
  readonly xMean: number;
  /** Σ (x − mean)² */
  readonly xSumOfSquares: number;
  /** smallest x */
  readonly xMin: number;
  /** largest x */
  readonly xMax: number;
}

/**
 * Fits y on x by ordinary least squares.
 *
 * @param x (n,) the explanatory values
 * @param y (n,) the explained values
 * @throws RangeError with fewer than three points, lists of different length, a value that is not finite, or all x
 *   equal
 * @see scipy.stats.linregress, the oracle
 */
export function leastSquares(x: readonly number[], y: readonly number[]): LeastSquares {
  const n = x.length;
  if (y.length !== n) throw new RangeError(`a line needs equal numbers of x and y, got ${n} and ${y.length}`);
  if (n < 3) throw new RangeError(`a line with its uncertainty needs at least three points, got ${n}`);
  x.forEach((value, i) => {
    if (!Number.isFinite(value) || !Number.isFinite(y[i])) {
      throw new RangeError(`point ${i}: expected finite numbers, got x = ${value}, y = ${y[i]}`);
    }
  });
  const [xMin, xMax] = [min([...x]), max([...x])];
  if (xMin === xMax) throw new RangeError(`a line needs at least two different x, got ${xMin} ${n} times`);

  const [xMean, yMean] = [mean([...x]), mean([...y])];
  // Fitted to values centered at their means: the intercept there is near 0 and keeps its digits where x or y are far
  // from 0
  const centered = x.map((value, i) => [value - xMean, (y[i] as number) - yMean]);
  const { m: slope, b: offset } = linearRegression(centered);
  let [xSumOfSquares, ySumOfSquares, residualSumOfSquares] = [0, 0, 0];
  for (const [dx = 0, dy = 0] of centered) {
    xSumOfSquares += dx * dx;
    ySumOfSquares += dy * dy;
    residualSumOfSquares += (dy - offset - slope * dx) ** 2;
  }
  const residualSd = Math.sqrt(residualSumOfSquares / (n - 2));
  const slopeSe = residualSd / Math.sqrt(xSumOfSquares);
  return {
    slope,
    intercept: yMean + offset - slope * xMean,
    r2: min([...y]) === max([...y]) ? 0 : Math.max(0, 1 - residualSumOfSquares / ySumOfSquares),
    residualSd,
    slopeSe,
    interceptSe: residualSd * Math.sqrt(1 / n + xMean ** 2 / xSumOfSquares),
    n,
    xMean,
    xSumOfSquares,
    xMin,
    xMax,
  };
}

/** Returns the line's y at x. */
export function lineAt(line: Pick<LeastSquares, "slope" | "intercept">, x: number): number {
  return line.intercept + line.slope * x;
}

/** Returns the standard error of the line's y at x, without the scatter of the points. */
export function lineSe(line: LeastSquares, x: number): number {
  return line.residualSd * Math.sqrt(1 / line.n + (x - line.xMean) ** 2 / line.xSumOfSquares);
}
