import { type Matrix, matrix, row } from "./matrix.ts";

/** A row without a direction: it is zero or not finite. */
export class NoDirectionError extends RangeError {
  override readonly name = "NoDirectionError";
}

/**
 * Divides each row by its L2 norm, in place; the norm is summed in float64.
 *
 * @param m    (n, d)
 * @param what the matrix's name in errors, e.g. "image features"
 * @throws NoDirectionError with the index of a row that is zero or not finite; earlier rows are already normalized
 */
export function normalizeRowsInPlace(m: Matrix, what = "matrix"): void {
  for (let r = 0; r < m.rows; r++) {
    const values = row(m, r);
    let squares = 0;
    for (let d = 0; d < values.length; d++) {
      const value = values[d] as number;
      squares += value * value; // no overflow: squares of float32 are well within float64
    }
    if (!Number.isFinite(squares)) throw new NoDirectionError(`${what}: row ${r} is not finite, it has no direction`);
    if (squares === 0) throw new NoDirectionError(`${what}: row ${r} is zero, it has no direction`);
    const norm = Math.sqrt(squares);
    for (let d = 0; d < values.length; d++) values[d] = (values[d] as number) / norm;
  }
}

/**
 * Returns the rows scaled to unit L2 length, in new memory. See {@link normalizeRowsInPlace}.
 *
 * @param m    (n, d), unchanged
 * @param what the matrix's name in errors
 * @throws NoDirectionError with the index of a row that is zero or not finite
 */
export function normalizeRows(m: Matrix, what = "matrix"): Matrix {
  const normalized = matrix(m.data.slice(), m.rows, m.columns);
  normalizeRowsInPlace(normalized, what);
  return normalized;
}
