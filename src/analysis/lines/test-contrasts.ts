import { choleskyInPlace, choleskySolve } from "../../foundation/math/cholesky.ts";
import { isInSpan } from "../../foundation/math/orthogonal-part.ts";
import { fUpperTail } from "../../foundation/statistics/f-distribution.ts";
import { type Contrast, type Effect, type EffectOptions, estimateEffect } from "./estimate-effect.ts";
import type { LinePoint } from "./line-point.ts";
import type { LineTerms } from "./line-terms.ts";

/** A test whether several effects are all 0. */
export interface ContrastTest {
  /** Wald's F: the squared distance of the effects from 0 in the metric of their covariance, divided by their number */
  readonly statistic: number;
  readonly df1: number;
  readonly df2: number;
  readonly p: number;
}

/**
 * Tests whether effects are all 0, with errors in x taken into account; for one effect it is the t test that
 * corresponds to its interval. Unlike an F test of nested least-squares fits, it stays centered if x and the tested
 * columns are correlated, in which case measurement error in x biases plain estimates.
 *
 * @param contrasts q ≥ 1 linearly independent contrasts
 * @throws RangeError if they are linearly dependent, or the model leaves no residual
 * @see W. A. Fuller, Measurement Error Models, 1987, section 2.2
 */
export function testContrasts(
  points: readonly LinePoint[],
  terms: LineTerms,
  contrasts: readonly Contrast[],
  options: EffectOptions,
): ContrastTest {
  const q = contrasts.length;
  if (q === 0) throw new RangeError("expected effects to test, got none");
  const rows = contrasts.map(({ heights, slopes }) => [...heights, ...slopes]);
  if (rows.some((row, a) => isInSpan(row, rows.slice(0, a))))
    throw new RangeError("the effects are linearly dependent");
  const estimate = (contrast: Contrast) => estimateEffect(points, terms, contrast, options);
  const effects = contrasts.map(estimate);
  const covariance = new Float64Array(q * q);
  const at = (a: number) => effects[a] as Effect;
  for (let a = 0; a < q; a++) {
    covariance[a * q + a] = at(a).se ** 2;
    for (let b = 0; b < a; b++) {
      const sum = estimate(sumOf(contrasts[a] as Contrast, contrasts[b] as Contrast));
      const shared = (sum.se ** 2 - at(a).se ** 2 - at(b).se ** 2) / 2;
      covariance[a * q + b] = shared;
      covariance[b * q + a] = shared;
    }
  }
  const df2 = Math.min(...effects.map(({ degreesOfFreedom }) => degreesOfFreedom));
  if (!choleskyInPlace(covariance, q))
    throw new RangeError("the points are exactly on the model: nothing to test against");
  const solved = Float64Array.from(effects, (effect) => effect.estimate);
  choleskySolve(covariance, q, solved);
  const statistic = effects.reduce((sum, effect, a) => sum + effect.estimate * (solved[a] as number), 0) / q;
  return { statistic, df1: q, df2, p: fUpperTail(statistic, q, df2) };
}

function sumOf(a: Contrast, b: Contrast): Contrast {
  const add = (u: readonly number[], v: readonly number[]) => u.map((value, i) => value + (v[i] as number));
  return { heights: add(a.heights, b.heights), slopes: add(a.slopes, b.slopes) };
}
