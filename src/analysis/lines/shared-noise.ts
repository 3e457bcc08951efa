import { countBoth } from "../../evaluation/results/count-both.ts";
import type { ImageOutcomes } from "../../evaluation/results/image-outcomes.ts";
import { haveSameRows } from "../../evaluation/results/image-rows.ts";
import { InputError } from "../../foundation/errors.ts";
import { Z95 } from "../../foundation/statistics/normal-distribution.ts";
import { studentTQuantile } from "../../foundation/statistics/student-t.ts";
import type { SharedNoise } from "./line-point.ts";

/** The sets of images behind an accuracy: one set, or several whose accuracies are averaged. */
export type AccuracyOutcomes = readonly ImageOutcomes[];

/**
 * The model of the noise of finite images: independent for all checkpoints; shared if the correct images of checkpoints
 * on the same images are known; or shared with clustered images.
 */
export type NoiseModel = "independent" | "shared-images" | "shared-clusters";

/** The outcomes behind a point's two accuracies. */
export interface PointOutcomes {
  /** of the in-distribution accuracy */
  readonly x: AccuracyOutcomes;
  /** of the accuracy under the shift */
  readonly y: AccuracyOutcomes;
}

/**
 * Estimates the covariance of two accuracies' errors from the correct images: (mean(c_i c_j) − p_i p_j) / (n − 1); for
 * clustered images, the covariance of the clusters' totals, G / (G − 1) Σ_g (k_gi − p_i n_g) (k_gj − p_j n_g) / n².
 * Sets of different images contribute nothing.
 *
 * @param b if it is the same object as `a`, the result is the variance
 * @throws InputError if the same images are in different clusters
 * @see W. G. Cochran, Sampling Techniques, 1977, section 9.7, for clusters of unequal size: the ratio estimator
 */
export function errorCovariance(a: AccuracyOutcomes, b: AccuracyOutcomes): number {
  let sum = 0;
  for (const first of a) {
    for (const second of b) if (haveSameRows(first.images, second.images)) sum += setCovariance(first, second);
  }
  return sum / (a.length * b.length);
}

function setCovariance(a: ImageOutcomes, b: ImageOutcomes): number {
  const { n } = a;
  if (a.clusters !== null && b.clusters !== null) return clusterCovariance(a, b);
  if (n < 2) return 0;
  return (countBoth(a, b) / n - (a.correct / n) * (b.correct / n)) / (n - 1);
}

function clusterCovariance(a: ImageOutcomes, b: ImageOutcomes): number {
  const { images = [], correct: ofA = [] } = a.clusters ?? {};
  const { correct: ofB = [] } = b.clusters ?? {};
  const [keyA = null, keyB = null] = [a.clusters?.sha256, b.clusters?.sha256];
  if (keyA !== null && keyB !== null && keyA !== keyB) {
    throw new InputError("--cluster: images of the same content have different clusters under different paths");
  }
  const count = images.length;
  if (count < 2) return 0;
  const [pA, pB] = [a.correct / a.n, b.correct / b.n];
  let sum = 0;
  for (let g = 0; g < count; g++) {
    const size = images[g] as number;
    sum += ((ofA[g] as number) - pA * size) * ((ofB[g] as number) - pB * size);
  }
  return ((count / (count - 1)) * sum) / a.n ** 2;
}

/**
 * Computes the effective number of independent images of a set: p (1 − p) divided by the cluster-robust variance,
 * reduced by (z / t)² because the variance is estimated from few clusters (Korn & Graubard 1998). It is at most the
 * number of images, and equals the number of clusters if all images are correct or all are wrong, and the number of
 * images if they are independent.
 *
 * @see E. L. Korn & B. I. Graubard, Survey Methodology 24, 1998
 */
export function effectiveImages(outcomes: ImageOutcomes): number {
  const { n, correct, clusters } = outcomes;
  if (clusters === null) return n;
  const count = clusters.images.length;
  if (count < 2) return 1;
  const p = correct / n;
  const variance = clusterCovariance(outcomes, outcomes);
  if (!(variance > 0)) return count;
  const known = (Z95 / studentTQuantile(0.975, count - 1)) ** 2;
  return Math.min(n, (known * p * (1 - p)) / variance);
}

/** Computes the variance of an accuracy's error from the effective numbers of images of its sets. */
export function accuracyVariance(outcomes: AccuracyOutcomes): number {
  let sum = 0;
  for (const set of outcomes) {
    const p = set.correct / set.n;
    sum += (p * (1 - p)) / effectiveImages(set);
  }
  return sum / outcomes.length ** 2;
}

/**
 * Computes the correlation of two accuracies' errors; 0 if one of them has no variance: all images correct, or all
 * wrong.
 */
export function errorCorrelation(a: AccuracyOutcomes, b: AccuracyOutcomes): number {
  if (a === b) return 1;
  const covariance = errorCovariance(a, b);
  if (covariance === 0) return 0;
  const variances = errorCovariance(a, a) * errorCovariance(b, b);
  return variances > 0 ? Math.max(-1, Math.min(1, covariance / Math.sqrt(variances))) : 0;
}

/**
 * Computes the correlations of the errors of points on the same images.
 *
 * @param points outcomes of each point; null: not known, treated as independent of all others
 * @returns null if no two points share an image set, so that all are independent
 */
export function sharedNoise(points: readonly (PointOutcomes | null)[]): SharedNoise | null {
  const x = correlationMatrix(points.map((point) => point?.x ?? null));
  const y = correlationMatrix(points.map((point) => point?.y ?? null));
  return x === null && y === null ? null : { x, y, units: fewestUnits(points) };
}

/** Returns the smallest number of clusters, or of independent images, of any set. */
function fewestUnits(points: readonly (PointOutcomes | null)[]): number {
  let fewest = Number.POSITIVE_INFINITY;
  for (const point of points) {
    for (const set of point === null ? [] : [...point.x, ...point.y]) {
      fewest = Math.min(fewest, set.clusters?.images.length ?? set.n);
    }
  }
  return fewest;
}

/**
 * Determines the noise of points and its model: shared if the correct images of all points are known, and any two
 * points have common images.
 *
 * @param points undefined if not known
 */
export function noiseOf(points: readonly (PointOutcomes | undefined)[]): {
  readonly noise: SharedNoise | null;
  readonly model: NoiseModel;
} {
  const known = points.filter((point) => point !== undefined);
  if (known.length === 0 || known.length < points.length) return { noise: null, model: "independent" };
  const noise = sharedNoise(known);
  const isClustered = known.some(({ y }) => y.some(({ clusters }) => clusters !== null));
  return { noise, model: noise === null ? "independent" : isClustered ? "shared-clusters" : "shared-images" };
}

function correlationMatrix(accuracies: readonly (AccuracyOutcomes | null)[]): Float64Array | null {
  const n = accuracies.length;
  const matrix = new Float64Array(n * n);
  const variances = accuracies.map((accuracy) => (accuracy === null ? 0 : errorCovariance(accuracy, accuracy)));
  let isShared = false;
  for (let i = 0; i < n; i++) {
    matrix[i * n + i] = 1;
    const first = accuracies[i];
    for (let j = 0; j < i && first != null; j++) {
      const second = accuracies[j];
      const product = (variances[i] as number) * (variances[j] as number);
      if (second == null || product === 0) continue;
      const covariance = errorCovariance(first, second);
      if (covariance !== 0) isShared = true;
      const correlation = Math.max(-1, Math.min(1, covariance / Math.sqrt(product)));
      matrix[i * n + j] = correlation;
      matrix[j * n + i] = correlation;
    }
  }
  return isShared ? matrix : null;
}
