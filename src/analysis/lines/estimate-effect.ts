import type { Interval } from "../../foundation/statistics/binomial-interval.ts";
import { createRandomNumbers } from "../../foundation/statistics/random-numbers.ts";
import { studentTQuantile, studentTTwoSided } from "../../foundation/statistics/student-t.ts";
import { createCorrectedFit } from "./corrected-fit.ts";
import { createEffectVariance } from "./effect-variance.ts";
import type { FitScale } from "./fit-scale.ts";
import { fitLineModel } from "./fitted-line-model.ts";
import type { LinePoint, SharedNoise } from "./line-point.ts";
import type { LineTerms } from "./line-terms.ts";
import { emptyPoints, type ScaledPoints, scalePoints } from "./scaled-points.ts";
import { scatterVariances } from "./scatter.ts";
import { errorCovariances, expectedResidualSquares, isShared } from "./shared-errors.ts";
import { createPointSimulator } from "./simulate-points.ts";

/** A linear combination of a model's coefficients. A height at x is `heights` of a point's row, and its `slopes` times x on the scale. */
export interface Contrast {
  /** (number of heights,) */
  readonly heights: readonly number[];
  /** (number of slopes,) */
  readonly slopes: readonly number[];
}

export interface EffectOptions {
  readonly scale: FitScale;
  /** of the interval; default 0.95 */
  readonly level?: number;
  /** simulated data sets; default 499; 0: t intervals with Satterthwaite's degrees of freedom instead */
  readonly replicates?: number;
  /** default 1 */
  readonly seed?: number;
  readonly noise?: SharedNoise | null;
  /** (n,) number of each point's group, from 0: each group may have its scatter about the lines; default: all have the same */
  readonly scatterGroups?: readonly number[];
}

/** An effect on the scale, errors in x taken into account. */
export interface Effect {
  readonly estimate: number;
  readonly se: number;
  readonly low: number;
  readonly high: number;
  /** of `se` (Satterthwaite's); the interval's width is that of `pivots` */
  readonly degreesOfFreedom: number;
  /** that the effect is 0: the share of simulated data sets that are at least as far from the model's effect, in standard errors, as the estimate is from 0 */
  readonly p: number;
  /** interval and p that hold for all effects of the call together (largest distance of any of them) */
  readonly family: Interval & { readonly p: number };
  /** how far the effect was from the model's in the simulated data sets, in standard errors without sign; ascending; null without any */
  readonly pivots: Float64Array | null;
}

export const EFFECT_REPLICATES = 499;

/**
 * Estimates effects with their intervals by a bootstrap-t: data sets are simulated from the model as it is fitted, with the errors of
 * the measurement on both axes and each group's scatter, and the effect's distance from the truth is counted in its standard error.
 *
 * @throws RangeError if the terms' columns depend on each other, or leave no residual degree of freedom
 * @see P. Hall, The Bootstrap and Edgeworth Expansion, 1992, section 3.5 (symmetric bootstrap-t)
 */
export function estimateEffects(
  points: readonly LinePoint[],
  terms: LineTerms,
  contrasts: readonly Contrast[],
  options: EffectOptions,
): Effect[] {
  const { scale, level = 0.95, replicates = EFFECT_REPLICATES, seed = 1, noise = null } = options;
  const n = points.length;
  const scaled = scalePoints(points, scale);
  const fit = createCorrectedFit(terms, n, noise);
  if (n - fit.heightRank - fit.slopeCount <= 0)
    throw new RangeError(`expected more points than the model's columns, got ${n}`);
  fit.fit(scaled);
  const groups = Int32Array.from(options.scatterGroups ?? points.map(() => 0));
  const count = groups.reduce((largest, group) => Math.max(largest, group), 0) + 1;
  const varianceOf = createEffectVariance(fit, terms, scaled, noise, groups);
  const heightWeights = contrasts.map(({ heights }) => fit.heightWeights(heights));
  const weights = new Float64Array(n);
  const measure = (at: number, of: ScaledPoints) => {
    fit.effectWeights(heightWeights[at] as Float64Array, (contrasts[at] as Contrast).slopes, of, weights);
    let estimate = 0;
    for (let i = 0; i < n; i++) estimate += (weights[i] as number) * (of.y[i] as number);
    return estimate;
  };
  const found = contrasts.map((_, at) => {
    const estimate = measure(at, scaled);
    const { value, degreesOfFreedom } = varianceOf(weights, scaled);
    return { estimate, se: Math.sqrt(value), degreesOfFreedom };
  });
  if (replicates === 0) return found.map((effect) => studentEffect(effect, level, contrasts.length));

  const expected = isShared(noise)
    ? expectedResidualSquares(terms, scaled.x, errorCovariances(scaled, fit.pointSlopes, noise))
    : null;
  const scatter = scatterVariances(fit, scaled, groups, count, expected);
  const model = fitLineModel(points, scaled, terms, fit, noise, scatter);
  const draw = createPointSimulator(model, scale, createRandomNumbers(seed));
  const simulated = emptyPoints(n);
  const pivots = contrasts.map(() => new Float64Array(replicates));
  const farthest = new Float64Array(replicates);
  for (let replicate = 0; replicate < replicates; replicate++) {
    draw(simulated);
    const isFitted = tryFit(() => fit.fit(simulated));
    for (let at = 0; at < contrasts.length; at++) {
      const distance = isFitted
        ? Math.abs(measure(at, simulated) - (found[at] as Estimate).estimate) /
          Math.sqrt(varianceOf(weights, simulated).value)
        : Number.POSITIVE_INFINITY;
      const pivot = Number.isNaN(distance) ? 0 : distance; // 0 / 0: without any error
      (pivots[at] as Float64Array)[replicate] = pivot;
      farthest[replicate] = Math.max(farthest[replicate] as number, pivot);
    }
  }
  farthest.sort();
  return found.map((effect, at) => {
    const ascending = (pivots[at] as Float64Array).sort();
    const distance = effect.estimate === 0 ? 0 : Math.abs(effect.estimate) / effect.se;
    return {
      ...effect,
      ...around(effect, pivotQuantile(ascending, level)),
      p: pivotTail(ascending, distance),
      family: { ...around(effect, pivotQuantile(farthest, level)), p: pivotTail(farthest, distance) },
      pivots: ascending,
    };
  });
}

/** One effect with its t interval, without simulating: see {@link estimateEffects}. */
export function estimateEffect(
  points: readonly LinePoint[],
  terms: LineTerms,
  contrast: Contrast,
  options: EffectOptions,
): Effect {
  return estimateEffects(points, terms, [contrast], { ...options, replicates: 0 })[0] as Effect;
}

interface Estimate {
  readonly estimate: number;
  readonly se: number;
  readonly degreesOfFreedom: number;
}

/** The t interval; of several effects together by Bonferroni. */
function studentEffect(effect: Estimate, level: number, effects: number): Effect {
  const { estimate, se, degreesOfFreedom } = effect;
  const p = estimate === 0 ? 1 : studentTTwoSided(estimate / se, degreesOfFreedom);
  const reach = (error: number) => -studentTQuantile(error / 2, degreesOfFreedom);
  return {
    ...effect,
    ...around(effect, reach(1 - level)),
    p,
    family: { ...around(effect, reach((1 - level) / effects)), p: Math.min(1, effects * p) },
    pivots: null,
  };
}

function around({ estimate, se }: Estimate, reach: number): Interval {
  return se === 0 ? { low: estimate, high: estimate } : { low: estimate - reach * se, high: estimate + reach * se };
}

/** The value that a share `level` of simulated data sets and the measured one, together, stay at or below. */
export function pivotQuantile(ascending: Float64Array, level: number): number {
  const at = Math.ceil(level * (ascending.length + 1)) - 1;
  return at < ascending.length ? (ascending[at] as number) : Number.POSITIVE_INFINITY;
}

/** Share of simulated data sets, and the measured one, that are at least so far. */
export function pivotTail(ascending: Float64Array, distance: number): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] as number) < distance) low = middle + 1;
    else high = middle;
  }
  return (1 + ascending.length - low) / (1 + ascending.length);
}

/** Whether simulated points had a fit: with few images their x may all be equal. */
function tryFit(fit: () => void): boolean {
  try {
    fit();
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
