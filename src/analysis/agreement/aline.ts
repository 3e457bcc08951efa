import { choleskyInPlace, choleskySolve } from "../../foundation/math/cholesky.ts";
import { pairIndex } from "./count-agreement.ts";

/** The input of ALine-D: all values on the scale, NaN if an accuracy or agreement is 0 or 1. */
export interface AlineSystem {
  /** (c,) accuracies in distribution */
  readonly idAccuracies: Float64Array;
  /** (c (c − 1) / 2,) agreements in distribution and under the shift, in the order of `pairIndex` */
  readonly idAgreements: Float64Array;
  readonly agreements: Float64Array;
  /** slope of the line of agreement */
  readonly slope: number;
}

/**
 * Predicts the accuracies under a shift from agreement without labels, by ALine-D. If accuracy and agreement are on one
 * line of slope a, then for every pair of checkpoints
 *
 *   (y_i + y_j) / 2 = agreement_ij + a ((x_i + x_j) / 2 − idAgreement_ij),
 *
 * all on the scale; the y_i are the least-squares solution over all pairs. The intercept cancels.
 *
 * @returns (c,) on the scale, NaN for a checkpoint with NaN x; null if the pairs do not determine the others
 * @see C. Baek, Y. Jiang, A. Raghunathan, J. Z. Kolter, Agreement-on-the-line, NeurIPS 2022, ALine-D
 */
export function solveAlineD({ idAccuracies, idAgreements, agreements, slope }: AlineSystem): Float64Array | null {
  const c = idAccuracies.length;
  const used = [...idAccuracies.keys()].filter((i) => !Number.isNaN(idAccuracies[i]));
  const n = used.length;
  const matrix = new Float64Array(n * n);
  const right = new Float64Array(n);
  used.forEach((i, a) => {
    for (let b = a + 1; b < n; b++) {
      const j = used[b] as number;
      const pair = pairIndex(i, j, c);
      const idMean = ((idAccuracies[i] as number) + (idAccuracies[j] as number)) / 2;
      const value = (agreements[pair] as number) + slope * (idMean - (idAgreements[pair] as number));
      if (Number.isNaN(value)) continue;
      // A row of the system has 1/2 at i and j
      for (const place of [a * n + a, b * n + b, a * n + b, b * n + a])
        matrix[place] = (matrix[place] as number) + 0.25;
      right[a] = (right[a] as number) + value / 2;
      right[b] = (right[b] as number) + value / 2;
    }
  });
  if (n < 3 || !choleskyInPlace(matrix, n) || !isWellPosed(matrix, n)) return null;
  choleskySolve(matrix, n, right);
  const solution = new Float64Array(c).fill(Number.NaN);
  used.forEach((i, a) => {
    solution[i] = right[a] as number;
  });
  return solution;
}

/**
 * Returns whether all diagonal entries of the factor are above rounding noise: entries of the matrix are multiples of
 * 1/4.
 */
function isWellPosed(lower: Float64Array, n: number): boolean {
  for (let i = 0; i < n; i++) if ((lower[i * n + i] as number) < 1e-6) return false;
  return true;
}
