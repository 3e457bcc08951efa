/** A dense row-major matrix of float32: element (r, c) is `data[r * columns + c]`. */
export interface Matrix {
  /** (rows · columns,) the values, row by row */
  readonly data: Float32Array;
  /** number of rows */
  readonly rows: number;
  /** number of columns */
  readonly columns: number;
}

/**
 * Makes a matrix from existing data, without a copy.
 *
 * @param data    rows × columns numbers, row-major
 * @throws RangeError if the length of the data is not rows × columns
 */
export function matrix(data: Float32Array, rows: number, columns: number): Matrix {
  if (data.length !== rows * columns) {
    throw new RangeError(`a (${rows}, ${columns}) matrix has ${rows * columns} numbers, got ${data.length}`);
  }
  return { data, rows, columns };
}

/** Returns row r of the matrix, (columns,), as a view of the same memory. */
export function row(m: Matrix, r: number): Float32Array {
  return m.data.subarray(r * m.columns, (r + 1) * m.columns);
}
