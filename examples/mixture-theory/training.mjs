// Classifiers trained on drawn pictures of the two sources.
import { SIGMA, SOURCES } from "./setting.mjs";

/** Features of a picture: the two signals, and others that hold noise alone. */
export const FEATURES = 400;
/** Numbers of training pictures. */
export const SAMPLES = [50, 200, 800, 3200];
export const SEEDS = [1, 2, 3, 4, 5];

/** Standard normal numbers, the same from the same seed on every machine: mulberry32 and the polar method of Marsaglia. */
export function seededNormal(seed) {
  let state = seed >>> 0;
  let spare = null;
  const uniform = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return () => {
    if (spare !== null) {
      const value = spare;
      spare = null;
      return value;
    }
    for (;;) {
      const u = 2 * uniform() - 1;
      const v = 2 * uniform() - 1;
      const s = u * u + v * v;
      if (s === 0 || s >= 1) continue;
      const factor = Math.sqrt((-2 * Math.log(s)) / s);
      spare = v * factor;
      return u * factor;
    }
  };
}

/**
 * Trains the mean classifier on a union of `samples` pictures, `share` of them of the second source: w = Σ y x. A picture of label
 * y is y μ + SIGMA z, and y z is distributed as z, so y x is what is drawn.
 *
 * @returns weights (FEATURES,)
 */
export function trainMeanClassifier(share, samples, seed) {
  const normal = seededNormal(seed);
  const ofSecond = Math.round(share * samples);
  const weights = new Array(FEATURES).fill(0);
  for (let i = 0; i < samples; i++) {
    const mean = SOURCES[i < ofSecond ? 1 : 0];
    for (let feature = 0; feature < FEATURES; feature++) weights[feature] += (mean[feature] ?? 0) + SIGMA * normal();
  }
  return weights;
}
