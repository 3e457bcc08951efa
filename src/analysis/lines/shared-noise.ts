import { countBoth } from "../../evaluation/results/count-both.ts";
import type { ImageOutcomes } from "../../evaluation/results/image-outcomes.ts";
import { haveSameRows } from "../../evaluation/results/image-rows.ts";
import { InputError } from "../../foundation/errors.ts";
import { Z95 } from "../../foundation/statistics/normal-distribution.ts";
import { studentTQuantile } from "../../foundation/statistics/student-t.ts";
import type { SharedNoise } from "./line-point.ts";

/** The sets of images behind an accuracy: one, or several whose accuracies it is the mean of. */
export type AccuracyOutcomes = readonly ImageOutcomes[];

/**
 * How the noise of finite images is taken: that of all checkpoints as independent; of the same images, of which it is known who
 * gets which right; or of the same images in clusters.
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
 * Covariance of two accuracies' errors, estimated from which images are right: (mean(c_i c_j) − p_i p_j) / (n − 1); where
 * images are clustered, that of the clusters' totals, G / (G − 1) Σ_g (k_gi − p_i n_g) (k_gj − p_j n_g) / n². Sets of
 * different images add nothing.
 *
 * @param b of the same object as `a`: the variance
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
 * The number of independent images that a set is worth to an accuracy: p (1 − p) over its cluster-robust variance, reduced by
 * (z / t)² as the variance is estimated from few clusters (Korn & Graubard 1998); no more than there are images, and the
 * number of clusters where all images are right or all wrong. All images where they are independent.
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

/** Variance of an accuracy's error, from the effective numbers of its sets' images. */
export function accuracyVariance(outcomes: AccuracyOutcomes): number {
  let sum = 0;
  for (const set of outcomes) {
    const p = set.correct / set.n;
    sum += (p * (1 - p)) / effectiveImages(set);
  }
  return sum / outcomes.length ** 2;
}

/** Correlation of two accuracies' errors; 0 where one of them has none: all images right, or all wrong. */
export function errorCorrelation(a: AccuracyOutcomes, b: AccuracyOutcomes): number {
  if (a === b) return 1;
  const covariance = errorCovariance(a, b);
  if (covariance === 0) return 0;
  const variances = errorCovariance(a, a) * errorCovariance(b, b);
  return variances > 0 ? Math.max(-1, Math.min(1, covariance / Math.sqrt(variances))) : 0;
}

/**
 * Correlations of the errors of points that saw the same images.
 *
 * @param points outcomes of each; null: not known, which is taken as independent of all others
 * @returns null where no two points share an image set: all are independent
 */
export function sharedNoise(points: readonly (PointOutcomes | null)[]): SharedNoise | null {
  const x = correlationMatrix(points.map((point) => point?.x ?? null));
  const y = correlationMatrix(points.map((point) => point?.y ?? null));
  return x === null && y === null ? null : { x, y, units: fewestUnits(points) };
}

/** Clusters, or images where these are independent, of the set that has fewest. */
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
 * The noise of points, and what it is called: shared where it is known of all which images are right, and any saw the same.
 *
 * @param points undefined where it is not known
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
  const variances = accuracies.map((one) => (one === null ? 0 : errorCovariance(one, one)));
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
