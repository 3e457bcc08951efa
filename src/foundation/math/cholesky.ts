/**
 * Factors a symmetric positive definite matrix in place into L Lᵀ; the upper triangle is unchanged.
 *
 * @param matrix (n, n), row-major; receives L in its lower triangle
 * @returns false if the matrix is not positive definite: its content is then unusable
 */
export function choleskyInPlace(matrix: Float64Array, n: number): boolean {
  for (let j = 0; j < n; j++) {
    let diagonal = matrix[j * n + j] as number;
    for (let k = 0; k < j; k++) diagonal -= (matrix[j * n + k] as number) ** 2;
    if (!(diagonal > 0)) return false;
    const root = Math.sqrt(diagonal);
    matrix[j * n + j] = root;
    for (let i = j + 1; i < n; i++) {
      let value = matrix[i * n + j] as number;
      for (let k = 0; k < j; k++) value -= (matrix[i * n + k] as number) * (matrix[j * n + k] as number);
      matrix[i * n + j] = value / root;
    }
  }
  return true;
}

/**
 * Solves L Lᵀ z = b in place.
 *
 * @param lower of `choleskyInPlace`
 * @param vector (n,) b; receives z
 */
export function choleskySolve(lower: Float64Array, n: number, vector: Float64Array): void {
  for (let i = 0; i < n; i++) {
    let value = vector[i] as number;
    for (let k = 0; k < i; k++) value -= (lower[i * n + k] as number) * (vector[k] as number);
    vector[i] = value / (lower[i * n + i] as number);
  }
  for (let i = n - 1; i >= 0; i--) {
    let value = vector[i] as number;
    for (let k = i + 1; k < n; k++) value -= (lower[k * n + i] as number) * (vector[k] as number);
    vector[i] = value / (lower[i * n + i] as number);
  }
}

/** Multiplies a vector of independent numbers by L, which gives it the factored matrix as covariance. */
export function choleskyMultiply(lower: Float64Array, n: number, independent: Float64Array, out: Float64Array): void {
  for (let i = 0; i < n; i++) {
    let value = 0;
    for (let k = 0; k <= i; k++) value += (lower[i * n + k] as number) * (independent[k] as number);
    out[i] = value;
  }
}
