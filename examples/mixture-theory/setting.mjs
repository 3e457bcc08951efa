// The setting of README.md in closed form. A point of the plane is [robust, spurious]: the mean of a class along the two signals.
import { normalCdf, normalQuantile } from "../../dist/foundation/statistics/normal-distribution.js";

/** Standard deviation of every feature within a class, in the sources and in the tests. */
export const SIGMA = 1;

/** The two sources: the strength of each signal in their pictures. The first is the robust one. */
export const SOURCES = [
  [1.2, 0.2],
  [0.3, 0.7],
];

/** The in-distribution test. */
export const REFERENCE = [1, 0.7];

/** Tests under shift, by name. */
export const SHIFTS = {
  "spurious signal gone": [0.8, 0],
  "towards the second source": [0.3, 1.2],
  "both signals fainter": [0.6, 0.42],
};

/** Shares of the second source that classifiers are trained at. */
export const SHARES = [0, 0.25, 0.5, 0.75, 1];

/** In-distribution accuracy at which heights are compared. */
export const AT = 0.75;

/** For a point of the plane and weights over more features: the other features of the point are 0. */
const dot = (point, weights) => point.reduce((sum, value, i) => sum + value * weights[i], 0);
const squaredLength = (weights) => weights.reduce((sum, value) => sum + value * value, 0);

/**
 * Accuracy of the classifier sign(w · x) on a test whose two classes are N(±mean, SIGMA² I): exact, and equal for w and any
 * positive multiple of it.
 */
export function accuracy(weights, mean) {
  return normalCdf(dot(mean, weights) / (SIGMA * Math.sqrt(squaredLength(weights))));
}

/** The mean of the union's pictures, each times its label: the limit of the mean classifier. */
export function meanDirection(share, [first, second] = SOURCES) {
  return first.map((value, i) => (1 - share) * value + share * second[i]);
}

/** The limit of least squares on the labels: it turns away from the direction in which the two sources differ. */
export function leastSquaresDirection(share, [first, second] = SOURCES) {
  const mean = meanDirection(share, [first, second]);
  const difference = first.map((value, i) => value - second[i]);
  const spread = share * (1 - share);
  const turn = (spread * dot(difference, mean)) / (SIGMA ** 2 + spread * squaredLength(difference));
  return mean.map((value, i) => value - turn * difference[i]);
}

/** Slope of the line through (0, 0), on probit axes, that contains all classifiers of a direction in the plane. */
export function lineSlope(direction, shift, reference = REFERENCE) {
  return dot(shift, direction) / dot(reference, direction);
}

/** Accuracy under the shift at an in-distribution accuracy. */
export function height(direction, shift, at = AT) {
  return normalCdf(lineSlope(direction, shift) * normalQuantile(at));
}

/** The information of a picture of the second source about the in-distribution test, relative to one of the first. */
export function strengthRatio([first, second] = SOURCES, reference = REFERENCE) {
  return dot(second, reference) / dot(first, reference);
}

/**
 * The weight of the second source in the height, on the fit's scale, of the mean classifier: λ q / (λ q + 1 − q). It equals the share
 * if both sources are equally informative about the reference (λ = 1), and is the same for every shift.
 */
export function weightOfShare(share, ratio) {
  return (ratio * share) / (ratio * share + 1 - share);
}
