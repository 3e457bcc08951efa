import { fromPlanes, toPlanes } from "./number-bytes.ts";

/*
 * Encodes counts of correct images, by class and by pair of checkpoints, as bytes. Each count is stored as its
 * difference from a prediction made from checkpoints of similar accuracy, so that only noise is left. For 300
 * checkpoints on ImageNet and its five shifts this takes half the size of the deflated numbers.
 */

/** Number of checkpoints that a count is predicted from. */
const NEIGHBORS = 8;
/** Number of pairs to the left and above that the count of a pair is predicted from. */
const NEAR_PAIRS = 4;

/** Sum of each row. @param counts (rows, columns), row-major */
export function rowSums(counts: Uint32Array, rows: number): number[] {
  const columns = counts.length / rows;
  return Array.from({ length: rows }, (_, row) =>
    counts.subarray(row * columns, (row + 1) * columns).reduce((sum, n) => sum + n, 0),
  );
}

/** Sorts rows by descending sum; ties keep their order. @param sums of each row */
export function orderOfSums(sums: readonly number[]): number[] {
  return sums.map((_, row) => row).sort((a, b) => (sums[b] as number) - (sums[a] as number) || a - b);
}

/**
 * @param counts (rows, columns), row-major
 * @param order  rows by descending sum, see `orderOfSums`; also written
 */
export function encodeCounts(counts: ArrayLike<number>, order: readonly number[], columns: number): Uint8Array {
  const residuals = new Int32Array(order.length * columns);
  let at = 0;
  for (let place = 0; place < order.length; place++) {
    for (let c = 0; c < columns; c++) {
      const count = counts[(order[place] as number) * columns + c] as number;
      residuals[at++] = count - expectedCount(counts, order, place, columns, c);
    }
  }
  return toPlanes([...order, ...residuals]);
}

/** @param rows number of rows */
export function decodeCounts(
  bytes: Uint8Array,
  rows: number,
): { readonly counts: Uint32Array; readonly order: number[] } {
  const numbers = fromPlanes(bytes);
  const order = [...numbers.subarray(0, rows)];
  const columns = rows === 0 ? 0 : (numbers.length - rows) / rows;
  const counts = new Uint32Array(rows * columns);
  let at = rows;
  for (let place = 0; place < rows; place++) {
    for (let c = 0; c < columns; c++) {
      counts[(order[place] as number) * columns + c] =
        (numbers[at++] as number) + expectedCount(counts, order, place, columns, c);
    }
  }
  return { counts, order };
}

function expectedCount(
  counts: ArrayLike<number>,
  order: readonly number[],
  place: number,
  columns: number,
  column: number,
): number {
  const from = Math.max(0, place - NEIGHBORS);
  if (from === place) return 0;
  let sum = 0;
  for (let p = from; p < place; p++) sum += counts[(order[p] as number) * columns + column] as number;
  return Math.round(sum / (place - from));
}

/** Position of a pair, i < j of n, in the upper triangle by rows (0,1), (0,2), … */
export function pairPosition(i: number, j: number, n: number): number {
  return i * n - (i * (i + 1)) / 2 + (j - i - 1);
}

/**
 * @param both  upper triangle by rows, see `pairPosition`: images that both checkpoints get right
 * @param right images that each checkpoint gets right
 * @param order rows by descending `right`
 */
export function encodePairs(both: ArrayLike<number>, right: readonly number[], order: readonly number[]): Uint8Array {
  const residuals = new Int32Array(both.length);
  let at = 0;
  walkPairs(right, order, (position, expected) => {
    const count = both[position] as number;
    residuals[at++] = count - expected;
    return count;
  });
  return toPlanes(residuals);
}

/** Decodes the triangle that `encodePairs` encoded. */
export function decodePairs(bytes: Uint8Array, right: readonly number[], order: readonly number[]): Uint32Array {
  const residuals = fromPlanes(bytes);
  const both = new Uint32Array(residuals.length);
  let at = 0;
  walkPairs(right, order, (position, expected) => {
    const count = (residuals[at++] as number) + expected;
    both[position] = count;
    return count;
  });
  return both;
}

/**
 * Visits the pairs in order of accuracy with the predicted count of each. The prediction takes, from neighboring pairs,
 * the share of the less accurate checkpoint's correct images that the other checkpoint gets right too.
 *
 * @param visit returns the count of the pair
 */
function walkPairs(
  right: readonly number[],
  order: readonly number[],
  visit: (position: number, expected: number) => number,
): void {
  const n = order.length;
  const shares = new Float64Array(n * n); // by positions in the order
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      const [first, second] = [order[i] as number, order[j] as number];
      const few = right[second] as number;
      let sum = 0;
      let near = 0;
      for (let k = Math.max(i + 1, j - NEAR_PAIRS); k < j; k++, near++) sum += shares[i * n + k] as number;
      for (let k = Math.max(0, i - NEAR_PAIRS); k < i; k++, near++) sum += shares[k * n + j] as number;
      const expected = Math.round((near === 0 ? 1 : sum / near) * few);
      const count = visit(pairPosition(Math.min(first, second), Math.max(first, second), n), expected);
      shares[i * n + j] = few === 0 ? 1 : count / few;
    }
  }
}
