/**
 * Computes the part of a column that is orthogonal to the span of other columns: its least-squares residual on them.
 * Uses modified Gram-Schmidt, twice, so that only rounding is left of a dependent column.
 *
 * @param column (n,)
 * @param spanning columns of n each; they may be linearly dependent
 * @throws RangeError where lengths differ
 * @see L. Giraud, J. Langou, M. Rozloznik, The loss of orthogonality in the Gram-Schmidt process, 2005: twice is enough
 */
export function orthogonalPart(column: ArrayLike<number>, spanning: readonly ArrayLike<number>[]): Float64Array {
  const basis: Float64Array[] = [];
  for (const candidate of spanning) {
    if (candidate.length !== column.length) {
      throw new RangeError(`expected columns of ${column.length}, got one of ${candidate.length}`);
    }
    const left = project(candidate, basis);
    const length = norm(left);
    if (length <= DEPENDENT * norm(candidate)) continue;
    basis.push(left.map((value) => value / length));
  }
  return project(column, basis);
}

/** Whether a column is in the span of other columns, up to rounding. */
export function isInSpan(column: ArrayLike<number>, spanning: readonly ArrayLike<number>[]): boolean {
  return norm(orthogonalPart(column, spanning)) <= DEPENDENT * norm(column);
}

/** Maximum length of a residual, relative to its column, that counts as rounding. */
const DEPENDENT = 1e-9;

/** Euclidean length. */
export function norm(column: ArrayLike<number>): number {
  return Math.sqrt(dot(column, column));
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

function project(column: ArrayLike<number>, basis: readonly Float64Array[]): Float64Array {
  const left = Float64Array.from(column);
  for (let pass = 0; pass < 2; pass++) {
    for (const direction of basis) {
      const part = dot(left, direction);
      for (let i = 0; i < left.length; i++) left[i] = (left[i] as number) - part * (direction[i] as number);
    }
  }
  return left;
}
