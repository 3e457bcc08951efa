// Classifiers trained on drawn pictures of the two sources.
import { createRandomNumbers } from "../../dist/foundation/statistics/random-numbers.js";
import { SIGMA, SOURCES } from "./setting.mjs";

/** Features of a picture: the two signals, and others with only noise. */
export const FEATURES = 400;
/** Numbers of training pictures. */
export const SAMPLES = [50, 200, 800, 3200];
export const SEEDS = [1, 2, 3, 4, 5];

/**
 * Trains the mean classifier on a union of `samples` pictures, `share` of them of the second source: w = Σ y x. A picture of label
 * y is y μ + SIGMA z, and y z is distributed as z, so y x is drawn directly.
 *
 * @returns weights (FEATURES,)
 */
export function trainMeanClassifier(share, samples, seed) {
  const { normal } = createRandomNumbers(seed);
  const ofSecond = Math.round(share * samples);
  const weights = new Array(FEATURES).fill(0);
  for (let i = 0; i < samples; i++) {
    const mean = SOURCES[i < ofSecond ? 1 : 0];
    for (let feature = 0; feature < FEATURES; feature++) weights[feature] += (mean[feature] ?? 0) + SIGMA * normal();
  }
  return weights;
}
