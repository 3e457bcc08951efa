import type { Interval } from "../../foundation/statistics/binomial-interval.ts";
import { createRandomNumbers } from "../../foundation/statistics/random-numbers.ts";
import { studentTQuantile, studentTTwoSided } from "../../foundation/statistics/student-t.ts";
import { type CorrectedFit, createCorrectedFit } from "./corrected-fit.ts";
import { createEffectVariances } from "./effect-variance.ts";
import type { FitScale } from "./fit-scale.ts";
import { fitLineModel } from "./fitted-line-model.ts";
import type { LinePoint, SharedNoise } from "./line-point.ts";
import type { LineTerms } from "./line-terms.ts";
import { emptyPoints, type ScaledPoints, scalePoints } from "./scaled-points.ts";
import { createScatterDraws } from "./scatter.ts";
import { errorCovariances, expectedResidualSquares, isShared } from "./shared-errors.ts";
import { createPointSimulator } from "./simulate-points.ts";

/**
 * A linear combination of a model's coefficients. A height at x has the `heights` of a point's row, and its `slopes`
 * times x on the scale.
 */
export interface Contrast {
  /** (number of heights,) */
  readonly heights: readonly number[];
  /** (number of slopes,) */
  readonly slopes: readonly number[];
}

export interface EffectOptions {
  readonly scale: FitScale;
  /** level of the interval; default: 0.95 */
  readonly level?: number;
  /** number of simulated data sets; default: 499; 0: t intervals with Satterthwaite's degrees of freedom instead */
  readonly replicates?: number;
  /** default 1 */
  readonly seed?: number;
  readonly noise?: SharedNoise | null;
  /**
   * (n,) group of each point, numbered from 0; each group has a separate scatter about the lines. Default: the same
   * scatter for all
   */
  readonly scatterGroups?: readonly number[];
}

/** An effect on the scale, errors in x taken into account. */
export interface Effect {
  readonly estimate: number;
  readonly se: number;
  readonly low: number;
  readonly high: number;
  /** degrees of freedom of `se` (Satterthwaite's) */
  readonly degreesOfFreedom: number;
  /**
   * p value of the effect being 0: the share of simulated data sets whose t test of the model's effect has a p at most
   * that of the test of 0
   */
  readonly p: number;
  /** interval and p that hold simultaneously for all effects of the call (smallest p) */
  readonly family: Interval & { readonly p: number };
  /** p values of the t tests of the model's effect in the simulated data sets, ascending; null without simulation */
  readonly simulatedP: Float64Array | null;
}

export const EFFECT_REPLICATES = 499;

/**
 * Estimates effects with their intervals by a parametric bootstrap. Data sets are simulated from the fitted model, with
 * the measurement errors on both axes and a scatter of each group drawn from its posterior given the residuals; in
 * each, the model's effect is tested by Welch's t. The p values of these tests are compared instead of t, because t has
 * long tails with few degrees of freedom, and these differ between data sets if groups scatter differently.
 *
 * @throws RangeError if the columns of the terms are linearly dependent, or leave no residual degree of freedom
 * @see R. Beran, JASA 83, 1988 (prepivoting); B. L. Welch, Biometrika 34, 1947; P. H. Westfall & S. S. Young, Resampling-Based
 *   Multiple Testing, 1993, section 2.3 (smallest p)
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
  const variances = createEffectVariances(fit, terms, scaled, noise, groups);
  const effects = createWeights(fit, contrasts, n);
  const weights = new Float64Array(n);
  const refresh = (of: ScaledPoints) => {
    effects.refresh(of);
    variances.refresh(of);
  };
  const measure = (at: number, { y }: ScaledPoints) => {
    effects.write(at, weights);
    let estimate = 0;
    for (let i = 0; i < n; i++) estimate += (weights[i] as number) * (y[i] as number);
    return estimate;
  };
  refresh(scaled);
  const found = contrasts.map((_, at) => {
    const estimate = measure(at, scaled);
    const { value, degreesOfFreedom } = variances.of(weights);
    return { estimate, se: Math.sqrt(value), degreesOfFreedom };
  });
  if (replicates === 0) return found.map((effect) => studentEffect(effect, level, contrasts.length));

  const expected = isShared(noise)
    ? expectedResidualSquares(terms, scaled.x, errorCovariances(scaled, fit.pointSlopes, noise))
    : null;
  const random = createRandomNumbers(seed);
  const model = fitLineModel(points, scaled, terms, fit, noise, new Float64Array(n));
  const drawScatter = createScatterDraws(fit, scaled, groups, count, expected, random);
  const draw = createPointSimulator(model, scale, random);
  const simulated = emptyPoints(n);
  const simulatedP = contrasts.map(() => new Float64Array(replicates));
  const smallest = new Float64Array(replicates).fill(1);
  for (let replicate = 0; replicate < replicates; replicate++) {
    drawScatter(model.scatterSd);
    draw(simulated);
    const isFitted = tryFit(() => fit.fit(simulated));
    if (isFitted) refresh(simulated);
    for (let at = 0; at < contrasts.length; at++) {
      const p = isFitted ? testAt(at, (found[at] as Estimate).estimate) : 0;
      (simulatedP[at] as Float64Array)[replicate] = p;
      smallest[replicate] = Math.min(smallest[replicate] as number, p);
    }
  }
  smallest.sort();
  return found.map((effect, at) => {
    const ascending = (simulatedP[at] as Float64Array).sort();
    const p = studentP(effect.estimate, effect);
    return {
      ...effect,
      ...around(effect, criticalP(ascending, level)),
      p: simulatedTail(ascending, p),
      family: { ...around(effect, criticalP(smallest, level)), p: simulatedTail(smallest, p) },
      simulatedP: ascending,
    };
  });

  function testAt(at: number, truth: number): number {
    const estimate = measure(at, simulated);
    const { value, degreesOfFreedom } = variances.of(weights);
    return studentP(estimate - truth, { se: Math.sqrt(value), degreesOfFreedom });
  }
}

/** Estimates one effect with its t interval, without simulation: see {@link estimateEffects}. */
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

/** Computes the t interval; for several effects together by Bonferroni. */
function studentEffect(effect: Estimate, level: number, effects: number): Effect {
  const p = studentP(effect.estimate, effect);
  return {
    ...effect,
    ...around(effect, 1 - level),
    p,
    family: { ...around(effect, (1 - level) / effects), p: Math.min(1, effects * p) },
    simulatedP: null,
  };
}

/**
 * Prepares the weights l with which contrasts of a fit are l · y. They are linear in the contrasts, so the weights of
 * each coefficient are solved once per fit, regardless of the number of compared pairs.
 */
function createWeights(fit: CorrectedFit, contrasts: readonly Contrast[], n: number) {
  const rows = contrasts.map(({ heights, slopes }) => [...heights, ...slopes]);
  const heightCount = contrasts[0]?.heights.length ?? 0;
  const width = rows[0]?.length ?? 0;
  const used = Array.from({ length: width }, (_, c) => c).filter((c) => rows.some((row) => row[c] !== 0));
  const unit = (length: number, at: number) => Array.from({ length }, (_, c) => (c === at ? 1 : 0));
  const columns = used.map((c) => ({
    heights: fit.heightWeights(unit(heightCount, c)),
    slopes: unit(width - heightCount, c - heightCount),
    weights: new Float64Array(n),
  }));
  const parts = rows.map((row) =>
    used.flatMap((c, at) => {
      const factor = row[c] as number;
      return factor === 0 ? [] : [{ factor, weights: (columns[at] as { weights: Float64Array }).weights }];
    }),
  );
  return {
    refresh: (points: ScaledPoints) => {
      for (const { heights, slopes, weights } of columns) fit.effectWeights(heights, slopes, points, weights);
    },
    write: (at: number, out: Float64Array) => {
      out.fill(0);
      for (const { factor, weights } of parts[at] as { factor: number; weights: Float64Array }[])
        for (let i = 0; i < n; i++) out[i] = (out[i] as number) + factor * (weights[i] as number);
    },
  };
}

/** Computes the two-sided p of a t test. */
export function studentP(distance: number, { se, degreesOfFreedom }: Omit<Estimate, "estimate">): number {
  if (distance === 0) return 1; // also without error
  return se === 0 ? 0 : studentTTwoSided(distance / se, degreesOfFreedom);
}

/** Computes the interval of values whose two-sided p is at least `p`. */
function around(effect: Estimate, p: number): Interval {
  const reach = studentReach(effect, p);
  return { low: effect.estimate - reach, high: effect.estimate + reach };
}

/** Computes the distance from the estimate at which the two-sided p of a t test equals `p`; Infinity for 0. */
export function studentReach({ se, degreesOfFreedom }: Omit<Estimate, "estimate">, p: number): number {
  if (se === 0 || p >= 1) return 0;
  return p > 0 ? -studentTQuantile(p / 2, degreesOfFreedom) * se : Number.POSITIVE_INFINITY;
}

/**
 * Returns the largest p that a share `level` of all data sets, simulated and measured, reach or exceed; 0 if there are
 * too few.
 */
export function criticalP(ascending: Float64Array, level: number): number {
  const all = ascending.length + 1;
  return ascending[all - Math.ceil(level * all) - 1] ?? 0;
}

/** Computes the share of data sets, simulated and measured, whose p is at most this value. */
export function simulatedTail(ascending: Float64Array, p: number): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] as number) <= p) low = middle + 1;
    else high = middle;
  }
  return (1 + low) / (1 + ascending.length);
}

/** Returns whether simulated points could be fitted: with few images all x may be equal. */
function tryFit(fit: () => void): boolean {
  try {
    fit();
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
