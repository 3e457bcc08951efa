import type { SharedNoise } from "./line-point.ts";
import type { LineTerms } from "./line-terms.ts";
import { termColumns } from "./nested-residuals.ts";
import type { ScaledPoints } from "./scaled-points.ts";

/** Returns whether any errors are correlated. */
export function isShared(noise: SharedNoise | null): noise is SharedNoise {
  return noise !== null && (noise.x !== null || noise.y !== null);
}

/**
 * Computes the covariances of the points' measurement errors about their lines, (n, n): errors of y, and errors of x
 * times the slopes.
 *
 * @param slopes (n,) slope of each point's line
 */
export function errorCovariances(points: ScaledPoints, slopes: Float64Array, noise: SharedNoise): Float64Array {
  const n = points.x.length;
  const covariances = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      const between = (correlations: Float64Array | null) => (i === j ? 1 : (correlations?.[i * n + j] ?? 0));
      const ofY = between(noise.y) * Math.sqrt((points.yVariance[i] as number) * (points.yVariance[j] as number));
      const ofX = between(noise.x) * Math.sqrt((points.xVariance[i] as number) * (points.xVariance[j] as number));
      const covariance = ofY + (slopes[i] as number) * (slopes[j] as number) * ofX;
      covariances[i * n + j] = covariance;
      covariances[j * n + i] = covariance;
    }
  }
  return covariances;
}

/** Computes the variance of weights · v for v with the given covariances. */
export function varianceOfSum(weights: Float64Array, covariances: Float64Array): number {
  const n = weights.length;
  let variance = 0;
  for (let i = 0; i < n; i++) {
    let row = 0;
    for (let j = 0; j < n; j++) row += (covariances[i * n + j] as number) * (weights[j] as number);
    variance += (weights[i] as number) * row;
  }
  return variance;
}

/**
 * Computes the expected squared residual of each point due to errors: the diagonal of R V R, where R projects out the
 * model's columns. Shared errors of a group's checkpoints change its height and leave no residual.
 *
 * @param covariances (n, n) V
 * @returns (n,)
 */
export function expectedResidualSquares(terms: LineTerms, x: Float64Array, covariances: Float64Array): Float64Array {
  const n = x.length;
  const basis: Float64Array[] = [];
  for (const { values, isSlope } of termColumns(terms)) {
    const vector = values.map((value, i) => (isSlope ? value * (x[i] as number) : value));
    removeAlong(vector, basis);
    removeAlong(vector, basis); // repeated to remove rounding noise
    const length = Math.sqrt(dot(vector, vector));
    if (length > 0) basis.push(vector.map((value) => value / length));
  }
  // R V row by row, then the diagonal entry of (R V) R
  const projected = Float64Array.from(covariances);
  for (let i = 0; i < n; i++) removeAlong(projected.subarray(i * n, (i + 1) * n), basis);
  return Float64Array.from(x, (_, i) => {
    const column = Float64Array.from({ length: n }, (__, j) => projected[j * n + i] as number);
    removeAlong(column, basis);
    return column[i] as number;
  });
}

function removeAlong(vector: Float64Array, basis: readonly Float64Array[]): void {
  for (const direction of basis) {
    const along = dot(vector, direction);
    for (let i = 0; i < vector.length; i++) vector[i] = (vector[i] as number) - along * (direction[i] as number);
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}
