import type { LineTerms } from "./line-terms.ts";

/** Residual sums of squares of a reduced model and of a full model that contains it. */
export interface NestedResiduals {
  readonly reducedRank: number;
  readonly fullRank: number;
  /**
   * Fits both models by weighted least squares.
   *
   * @param weights square roots of the weights, (n,); null: all 1
   * @param sums    receives the sums of squares of the reduced and the full model
   * @param residuals receives the full model's residuals, each times its weight's root, (n,)
   */
  readonly fit: (
    x: Float64Array,
    y: Float64Array,
    weights: Float64Array | null,
    sums: Float64Array,
    residuals: Float64Array,
  ) => void;
}

/** A column of the design, which is multiplied by x if it belongs to a slope. */
export interface TermColumn {
  readonly values: Float64Array;
  readonly isSlope: boolean;
}

/** Lists the columns of a model, heights first. */
export function termColumns({ heights, slopes }: LineTerms): TermColumn[] {
  const columns = (rows: LineTerms["heights"], isSlope: boolean) =>
    (rows[0] ?? []).map((_, j) => ({ values: Float64Array.from(rows, (row) => row[j] as number), isSlope }));
  return [...columns(heights, false), ...columns(slopes, true)];
}

/** A column counts as linearly dependent on the previous columns if less than this share of its square is left. */
const DEPENDENT = 1e-10;

/**
 * Prepares two nested fits by modified Gram-Schmidt: the columns of the reduced model, then those of the full model.
 * Dependent columns are determined once, at `x`.
 *
 * @param x (n,) in-distribution accuracies on the scale
 */
export function createNestedResiduals(full: LineTerms, reduced: LineTerms, x: Float64Array): NestedResiduals {
  const n = x.length;
  const offered = [...termColumns(reduced), ...termColumns(full)];
  const reducedCount = termColumns(reduced).length;
  const kept: TermColumn[] = [];
  let reducedRank = 0;
  const basis: Float64Array[] = [];
  offered.forEach((column, j) => {
    const vector = new Float64Array(n);
    fill(vector, column, x, null);
    const before = dot(vector, vector);
    for (const direction of basis) subtract(vector, direction);
    const left = dot(vector, vector);
    if (!(left > DEPENDENT * before)) return;
    scale(vector, 1 / Math.sqrt(left));
    basis.push(vector);
    kept.push(column);
    if (j < reducedCount) reducedRank++;
  });
  const fullRank = kept.length;
  return {
    reducedRank,
    fullRank,
    fit: (x, y, weights, sums, residuals) => {
      for (let i = 0; i < n; i++) residuals[i] = (y[i] as number) * (weights === null ? 1 : (weights[i] as number));
      for (let j = 0; j < fullRank; j++) {
        if (j === reducedRank) sums[0] = dot(residuals, residuals);
        const vector = basis[j] as Float64Array;
        fill(vector, kept[j] as TermColumn, x, weights);
        for (let k = 0; k < j; k++) subtract(vector, basis[k] as Float64Array);
        const square = dot(vector, vector);
        if (square > 0) scale(vector, 1 / Math.sqrt(square));
        subtract(residuals, vector);
      }
      sums[1] = dot(residuals, residuals);
      if (reducedRank === fullRank) sums[0] = sums[1] as number;
    },
  };
}

function fill(vector: Float64Array, column: TermColumn, x: Float64Array, weights: Float64Array | null): void {
  for (let i = 0; i < vector.length; i++) {
    const value = (column.values[i] as number) * (column.isSlope ? (x[i] as number) : 1);
    vector[i] = weights === null ? value : value * (weights[i] as number);
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

/** Subtracts from a vector its component along a unit direction. */
function subtract(vector: Float64Array, direction: Float64Array): void {
  const along = dot(vector, direction);
  if (along === 0) return;
  for (let i = 0; i < vector.length; i++) vector[i] = (vector[i] as number) - along * (direction[i] as number);
}

function scale(vector: Float64Array, factor: number): void {
  for (let i = 0; i < vector.length; i++) vector[i] = (vector[i] as number) * factor;
}
