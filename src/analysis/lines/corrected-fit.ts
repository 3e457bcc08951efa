import { choleskyInPlace, choleskySolve } from "../../foundation/math/cholesky.ts";
import type { SharedNoise } from "./line-point.ts";
import type { LineTerms } from "./line-terms.ts";
import type { ScaledPoints } from "./scaled-points.ts";

/**
 * Least squares with the measurement error of x removed from the sums of squares. With x̂ = ξ + u, the slopes are (ZᵀZ
 * − C)⁻¹ Zᵀy, where Z is the slope columns times x with the heights projected out, and C is the expected contribution
 * of u to ZᵀZ.
 */
export interface CorrectedFit {
  readonly slopeCount: number;
  readonly heightRank: number;
  /** (s,) of the last fit */
  readonly slopes: Float64Array;
  /** (n,) slope of each point's line, of the last fit */
  readonly pointSlopes: Float64Array;
  /** (n,) y minus the fit at x̂, of the last fit */
  readonly residuals: Float64Array;
  /** (n,) diagonal of the plain fit's residual projector: residual degrees of freedom per point, of the last fit */
  readonly freedoms: Float64Array;
  /** (s,) reliability of each slope column, 1 − share of its square that is measurement error; floored, of the last fit */
  readonly reliabilities: Float64Array;
  readonly fit: (points: ScaledPoints) => void;
  /** (n,) weights w with which heightContrast · a = w · (y − Σ b_j S_j x) */
  readonly heightWeights: (heightContrast: readonly number[]) => Float64Array;
  /**
   * Writes the weights l with which an effect of the last fit is l · y.
   *
   * @param weights       of `heightWeights`
   * @param slopeContrast (s,)
   */
  readonly effectWeights: (
    weights: Float64Array,
    slopeContrast: readonly number[],
    points: ScaledPoints,
    out: Float64Array,
  ) => void;
  /** (n, h) orthonormal basis of the heights' columns, column by column */
  readonly heightBasis: readonly Float64Array[];
  /** (n,) diagonal of the projector off the heights */
  readonly heightFreedoms: Float64Array;
}

/**
 * Maximum share of a slope column's square that is treated as measurement error: a slope is at most 5 times the plain
 * slope.
 */
const MAX_ERROR = 0.8;
const DEPENDENT = 1e-10;

/**
 * @param n     number of points
 * @param noise correlations of the errors
 * @throws RangeError if height columns are linearly dependent, or there are no slope columns
 * @see W. A. Fuller, Measurement Error Models, 1987, section 3.1; M. G. Akritas & M. A. Bershady, ApJ 470, 1996 (BCES)
 */
export function createCorrectedFit(terms: LineTerms, n: number, noise: SharedNoise | null = null): CorrectedFit {
  const heightColumns = columnsOf(terms.heights);
  const slopeColumns = columnsOf(terms.slopes);
  const s = slopeColumns.length;
  const heightBasis = orthonormal(heightColumns);
  const heightFreedoms = new Float64Array(n).fill(1);
  for (const q of heightBasis)
    for (let i = 0; i < n; i++) heightFreedoms[i] = (heightFreedoms[i] as number) - (q[i] as number) ** 2;

  const z = slopeColumns.map(() => new Float64Array(n));
  const centered = new Float64Array(n);
  const plain = new Float64Array(s * s);
  const lower = new Float64Array(s * s);
  const correction = new Float64Array(s * s);
  const right = new Float64Array(s);
  const row = new Float64Array(s);
  const slopes = new Float64Array(s);
  const pointSlopes = new Float64Array(n);
  const residuals = new Float64Array(n);
  const freedoms = new Float64Array(n);
  const reliabilities = new Float64Array(s);

  const removeHeights = (vector: Float64Array) => {
    for (const q of heightBasis) {
      let along = 0;
      for (let i = 0; i < n; i++) along += (vector[i] as number) * (q[i] as number);
      for (let i = 0; i < n; i++) vector[i] = (vector[i] as number) - along * (q[i] as number);
    }
  };

  const shared = noise?.x == null ? null : sharedProjector(noise.x, heightBasis, n);
  const roots = new Float64Array(n);

  /** The contribution of u to ZᵀZ: tr(R S_j V S_k), where R projects out the heights. */
  const expectedError = ({ xVariance }: ScaledPoints) => {
    if (shared !== null) for (let i = 0; i < n; i++) roots[i] = Math.sqrt(xVariance[i] as number);
    correction.fill(0);
    for (let j = 0; j < s; j++) {
      const first = slopeColumns[j] as Float64Array;
      for (let k = 0; k <= j; k++) {
        const second = slopeColumns[k] as Float64Array;
        let sum = 0;
        for (let i = 0; i < n; i++) {
          const product = (first[i] as number) * (second[i] as number);
          if (product !== 0) sum += (heightFreedoms[i] as number) * product * (xVariance[i] as number);
        }
        if (shared !== null) sum += correlatedError(first, second, roots, shared);
        correction[j * s + k] = sum;
        correction[k * s + j] = sum;
      }
    }
  };

  const fit = (points: ScaledPoints) => {
    for (let j = 0; j < s; j++) {
      const column = slopeColumns[j] as Float64Array;
      const target = z[j] as Float64Array;
      for (let i = 0; i < n; i++) target[i] = (column[i] as number) * (points.x[i] as number);
      const before = dot(target, target);
      removeHeights(target);
      // Equal x leave rounding noise, from which no slope can be estimated
      if (!(dot(target, target) > DEPENDENT * before))
        throw new RangeError("x does not vary: no slope can be estimated");
    }
    centered.set(points.y);
    removeHeights(centered);
    for (let j = 0; j < s; j++) {
      for (let k = 0; k <= j; k++) {
        const product = dot(z[j] as Float64Array, z[k] as Float64Array);
        plain[j * s + k] = product;
        plain[k * s + j] = product;
      }
      right[j] = dot(z[j] as Float64Array, centered);
    }
    expectedError(points);
    lower.set(plain);
    if (!choleskyInPlace(lower, s)) throw new RangeError("slope columns are linearly dependent, or x does not vary");
    freedoms.set(heightFreedoms);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < s; j++) row[j] = (z[j] as Float64Array)[i] as number;
      choleskySolve(lower, s, row);
      for (let j = 0; j < s; j++)
        freedoms[i] = (freedoms[i] as number) - (row[j] as number) * ((z[j] as Float64Array)[i] as number);
    }
    // The error of each column is bounded by a share of its square after removing the other columns
    for (let j = 0; j < s; j++) {
      row.fill(0);
      row[j] = 1;
      choleskySolve(lower, s, row);
      const partial = 1 / (row[j] as number);
      const error = correction[j * s + j] as number;
      const bounded = Math.min(error, MAX_ERROR * partial);
      reliabilities[j] = 1 - bounded / partial;
      right[j] = right[j] as number;
      slopes[j] = error > 0 ? Math.sqrt(bounded / error) : 1;
    }
    for (let j = 0; j < s; j++)
      for (let k = 0; k < s; k++)
        lower[j * s + k] =
          (plain[j * s + k] as number) -
          (slopes[j] as number) * (slopes[k] as number) * (correction[j * s + k] as number);
    for (let share = 1; !choleskyInPlace(lower, s); share /= 2) {
      if (share < 1e-3) throw new RangeError("slope columns are linearly dependent, or x does not vary");
      for (let k = 0; k < s * s; k++) lower[k] = (plain[k] as number) - (share / 2) * (correction[k] as number);
    }
    slopes.set(right);
    choleskySolve(lower, s, slopes);
    pointSlopes.fill(0);
    residuals.set(centered);
    for (let j = 0; j < s; j++) {
      const slope = slopes[j] as number;
      const column = slopeColumns[j] as Float64Array;
      const target = z[j] as Float64Array;
      for (let i = 0; i < n; i++) {
        pointSlopes[i] = (pointSlopes[i] as number) + slope * (column[i] as number);
        residuals[i] = (residuals[i] as number) - slope * (target[i] as number);
      }
    }
  };

  const heightWeights = (contrast: readonly number[]) => leastSquaresWeights(heightColumns, contrast, n);

  const effectWeights: CorrectedFit["effectWeights"] = (weights, slopeContrast, points, out) => {
    for (let j = 0; j < s; j++) {
      const column = slopeColumns[j] as Float64Array;
      let carried = 0;
      for (let i = 0; i < n; i++) carried += (weights[i] as number) * (column[i] as number) * (points.x[i] as number);
      row[j] = (slopeContrast[j] ?? 0) - carried;
    }
    choleskySolve(lower, s, row);
    out.set(weights);
    for (let j = 0; j < s; j++) {
      const target = z[j] as Float64Array;
      for (let i = 0; i < n; i++) out[i] = (out[i] as number) + (row[j] as number) * (target[i] as number);
    }
  };

  return {
    slopeCount: s,
    heightRank: heightBasis.length,
    slopes,
    pointSlopes,
    residuals,
    freedoms,
    reliabilities,
    fit,
    heightWeights,
    effectWeights,
    heightBasis,
    heightFreedoms,
  };
}

function columnsOf(rows: readonly (readonly number[])[]): Float64Array[] {
  return (rows[0] ?? []).map((_, j) => Float64Array.from(rows, (row) => row[j] as number));
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

function orthonormal(columns: readonly Float64Array[]): Float64Array[] {
  const basis: Float64Array[] = [];
  for (const column of columns) {
    const vector = Float64Array.from(column);
    const before = dot(vector, vector);
    for (const q of basis) {
      const along = dot(vector, q);
      for (let i = 0; i < vector.length; i++) vector[i] = (vector[i] as number) - along * (q[i] as number);
    }
    const left = dot(vector, vector);
    if (!(left > DEPENDENT * before)) throw new RangeError("height columns are linearly dependent");
    basis.push(vector.map((value) => value / Math.sqrt(left)));
  }
  return basis;
}

/** Returns w with contrast · a = w · y for the least-squares coefficients a of y on the columns: H (HᵀH)⁻¹ contrast. */
function leastSquaresWeights(columns: readonly Float64Array[], contrast: readonly number[], n: number): Float64Array {
  const h = columns.length;
  const gram = new Float64Array(h * h);
  for (let j = 0; j < h; j++)
    for (let k = 0; k < h; k++) gram[j * h + k] = dot(columns[j] as Float64Array, columns[k] as Float64Array);
  if (!choleskyInPlace(gram, h)) throw new RangeError("height columns are linearly dependent");
  const solved = Float64Array.from({ length: h }, (_, j) => contrast[j] ?? 0);
  choleskySolve(gram, h, solved);
  const weights = new Float64Array(n);
  for (let j = 0; j < h; j++)
    for (let i = 0; i < n; i++)
      weights[i] = (weights[i] as number) + (solved[j] as number) * ((columns[j] as Float64Array)[i] as number);
  return weights;
}

/** Returns the elementwise product of R and the correlations without the diagonal: (n, n). */
function sharedProjector(correlations: Float64Array, heightBasis: readonly Float64Array[], n: number): Float64Array {
  return correlations.map((correlation, at) => {
    const [i, l] = [Math.floor(at / n), at % n];
    if (i === l) return 0;
    let projector = 0;
    for (const q of heightBasis) projector -= (q[i] as number) * (q[l] as number);
    return projector * correlation;
  });
}

/** Computes the part of tr(R S_j V S_k) from off-diagonal elements of V. */
function correlatedError(first: Float64Array, second: Float64Array, roots: Float64Array, shared: Float64Array): number {
  const n = first.length;
  let sum = 0;
  for (let i = 0; i < n; i++) {
    const left = (first[i] as number) * (roots[i] as number);
    if (left === 0) continue;
    let row = 0;
    for (let l = 0; l < n; l++) row += (shared[i * n + l] as number) * (second[l] as number) * (roots[l] as number);
    sum += left * row;
  }
  return sum;
}
