import { type Matrix, row } from "./matrix.ts";

/**
 * Computes the mean of some rows, summed in float64 in the given order.
 *
 * @param m       (n, d)
 * @param indices which rows; a row listed twice counts twice; all rows if absent
 * @returns (d,) in float32
 * @throws RangeError if there are no rows or an index is outside the matrix
 */
export function meanRow(m: Matrix, indices?: Int32Array): Float32Array {
  const chosen = indices ?? Int32Array.from({ length: m.rows }, (_, r) => r);
  if (chosen.length === 0) throw new RangeError("the mean of no rows is undefined");
  const sums = new Float64Array(m.columns);
  for (const r of chosen) {
    if (r < 0 || r >= m.rows) throw new RangeError(`expected rows in 0..${m.rows - 1}, got ${r}`);
    const values = row(m, r);
    for (let d = 0; d < values.length; d++) sums[d] = (sums[d] as number) + (values[d] as number);
  }
  return Float32Array.from(sums, (sum) => sum / chosen.length);
}
