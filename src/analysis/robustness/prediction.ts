import type { Interval } from "../../foundation/statistics/binomial-interval.ts";
import { lineAt } from "../../foundation/statistics/least-squares.ts";
import { mixtureCdf, type NormalMixture, smallestSd } from "../../foundation/statistics/normal-mixture.ts";
import { studentTQuantile, studentTTwoSided } from "../../foundation/statistics/student-t.ts";
import {
  countLowerTail,
  countUpperTail,
  LARGE_COUNT,
  type UncertainCount,
} from "../../foundation/statistics/uncertain-count.ts";
import { estimateSe } from "../lines/corrected-line.ts";
import { type FitScale, scaleFunctions } from "../lines/fit-scale.ts";
import { posteriorAt } from "../lines/line-posterior.ts";
import { ROUNDING } from "../lines/scatter.ts";
import type { BaselineFit } from "./baseline-fit.ts";
import { idVariance } from "./binomial-noise.ts";
import { isEnd } from "./model-point.ts";

/**
 * The images on which a further model of a line's kind is measured; null: not known, assumed to be as many as the
 * line's models have.
 */
export interface MeasuredOn {
  /** images of the shift, or the effective number of a mean over sets */
  readonly images: number | null;
  readonly idImages: number | null;
}

/** Accuracies below and above which a further model falls with a given probability; null if no accuracy is that far. */
export interface PredictionEnds {
  /** lower end, a fraction */
  readonly low: number | null;
  /** upper end, a fraction */
  readonly high: number | null;
}

/** The predictive distribution of a further model of a line's kind. */
export interface Prediction {
  /** 95 % interval of its accuracy */
  readonly interval: Interval;
  /** the accuracies at which `p` equals a level; the ends of `interval` at 0.05 */
  readonly endsAt: (level: number) => PredictionEnds;
  /** two-sided probability of being at least as far from the line as this accuracy; null if it cannot be estimated */
  readonly p: (accuracy: number) => number | null;
}

const OUTSIDE = 0.05;

/**
 * Predicts the measured accuracy of a further model of the line's kind at an in-distribution accuracy.
 *
 * If images are known, the number of correct images is binomial, given an accuracy whose logit (or probit …) is
 * uncertain due to the scatter of models, the line, and the images of its x. The scatter is the variation of the
 * residuals beyond the known noise of the line's models, and its uncertainty is integrated over, see `LinePosterior`.
 * Tails of the discrete count are exact, so intervals are conservative if few images are correct or wrong. If images
 * are not known, it is the t prediction interval of the line, whose residuals include the models' noise.
 *
 * @throws RangeError at an in-distribution accuracy of 0 or 1 on a scale that is infinite there
 */
export function predictAt(fit: BaselineFit, idAccuracy: number, measured: MeasuredOn): Prediction {
  const { posterior } = fit;
  const images = measured.images ?? fit.images;
  const idImages = measured.idImages ?? fit.idImages;
  if (posterior === null || images === null || idImages === null) return studentPrediction(fit, idAccuracy, images);
  const functions = scaleFunctions(fit.scale);
  const ofId = idVariance({ idAccuracy, idImages }, functions) as number;
  const mixture = posteriorAt(posterior, functions.forward(idAccuracy), fit.slope ** 2 * ofId);
  const middle = Math.min(1, Math.max(0, functions.inverse(lineAt(fit, functions.forward(idAccuracy)))));
  return countPrediction(countOf(mixture, fit.scale, images), middle, fit);
}

function studentPrediction(fit: BaselineFit, idAccuracy: number, images: number | null): Prediction {
  const { forward, inverse, endless } = scaleFunctions(fit.scale);
  const x = forward(idAccuracy);
  const y = lineAt(fit, x);
  const scatter = fit.residualSd ?? 0;
  const se = Math.hypot(scatter, estimateSe(fit, x));
  const degreesOfFreedom = fit.n - 2;
  const endsAt = (level: number) => {
    const halfWidth = -studentTQuantile(level / 2, degreesOfFreedom) * se;
    const [low, high] = [inverse(y - halfWidth), inverse(y + halfWidth)];
    // The linear scale extends beyond 0 and 1; accuracies do not
    return { low: low < 0 ? null : low, high: high > 1 ? null : high };
  };
  const ends = endsAt(OUTSIDE);
  return {
    interval: { low: ends.low ?? 0, high: ends.high ?? 1 },
    endsAt,
    p: (accuracy) => {
      if (scatter <= ROUNDING || (endless && isEnd(accuracy) && images === null)) return null;
      // 0 and 1 are infinite on the scale: stop half an image before
      const inside =
        endless && isEnd(accuracy) ? (accuracy * (images as number) + 0.5) / ((images as number) + 1) : accuracy;
      return studentTTwoSided((forward(inside) - y) / se, degreesOfFreedom);
    },
  };
}

/**
 * The distribution of the number of correct images of n for a model with uncertain accuracy.
 *
 * @param mixture distribution of the accuracy on the scale
 */
export function countOf(mixture: NormalMixture, scale: FitScale, n: number): UncertainCount {
  const { forward, inverse, derivative } = scaleFunctions(scale);
  // From log-odds; the probit is antisymmetric about ½, so an accuracy near 1 keeps its precision as 1 − accuracy
  const onScale = (u: number): number => {
    if (scale === "logit") return u;
    if (scale === "probit" && u > 0) return -onScale(-u);
    return forward(1 / (1 + Math.exp(-u)));
  };
  let mirrored: NormalMixture | undefined; // unnecessary for large counts
  const p = Math.min(0.999, Math.max(0.001, inverse(mixture.means[0] as number)));
  return {
    n,
    below: remembered((u) => mixtureCdf(mixture, onScale(u))),
    above: remembered((u) => {
      mirrored ??= { ...mixture, means: mixture.means.map((mean) => -mean) };
      return mixtureCdf(mirrored, -onScale(u));
    }),
    resolution: smallestSd(mixture) / (derivative(p) * p * (1 - p)),
    logits: scale === "logit" ? mixture : null,
  };
}

function remembered(of: (u: number) => number): (u: number) => number {
  let known: Map<number, number> | undefined;
  return (u) => {
    known ??= new Map();
    const value = known.get(u) ?? of(u);
    known.set(u, value);
    return value;
  };
}

function countPrediction(count: UncertainCount, middle: number, { residualSd }: BaselineFit): Prediction {
  const low = (k: number) => countLowerTail(k, count);
  const high = (k: number) => countUpperTail(k, count);
  const { n } = count;
  const p = (accuracy: number) =>
    residualSd !== null && residualSd <= ROUNDING
      ? null
      : Math.min(1, 2 * Math.min(low(accuracy * n), high(accuracy * n)));
  const fromHigh = (k: number) => high(n - k);
  const find = (level: number, near: Interval): PredictionEnds => {
    const above = endOf(fromHigh, n, 1 - near.high, level / 2);
    return { low: endOf(low, n, near.low, level / 2), high: above === null ? null : 1 - above };
  };
  const ends = find(OUTSIDE, { low: middle, high: middle });
  const interval = { low: ends.low ?? 0, high: ends.high ?? 1 };
  return { interval, endsAt: (level) => find(level, interval), p };
}

/** Finds the share of n at which an increasing tail probability reaches a target; null if it does so at 0 already. */
function endOf(tail: (k: number) => number, n: number, start: number, target: number): number | null {
  return reachesEnd(tail, n, target) ? null : countWhere(tail, n, start, target) / n;
}

/**
 * Returns whether an increasing tail reaches the target at 0 already. If it is below the target at a large count, which
 * is fast to evaluate, it is below at 0 too.
 */
function reachesEnd(tail: (k: number) => number, n: number, target: number): boolean {
  if (n >= 2 * LARGE_COUNT && tail(LARGE_COUNT) < target) return false;
  return tail(0) >= target;
}

/**
 * Finds the count at which an increasing tail probability reaches a target: regula falsi (Illinois) on a scale on which
 * it is nearly linear.
 */
function countWhere(tail: (k: number) => number, n: number, start: number, probability: number): number {
  const target = roughQuantile(probability);
  const countAt = (v: number) => Math.min(n, Math.max(0, (n + 1) / (1 + Math.exp(-v)) - 0.5));
  const height = (v: number) => roughQuantile(tail(countAt(v))) - target;
  const end = Math.log(2 * n + 1);
  const inside = Math.min(n / (n + 1), Math.max(1 / (n + 1), start)); // the line may leave [0, 1]
  const middle = Math.log((inside * n + 0.5) / (n - inside * n + 0.5));
  let [a, fa] = [middle, height(middle)];
  const reach = 4 / Math.sqrt(n * inside * (1 - inside) + 1);
  let [b, fb] = [a, fa];
  while (fa > 0 === fb > 0 && Math.abs(b) < end) {
    const wanted = b === a ? reach : Math.abs(b - a) * Math.min(8, Math.max(0.5, 1.25 * Math.abs(fb / (fb - fa))));
    [a, fa] = [b, fb];
    b = fa > 0 ? Math.max(-end, b - wanted) : Math.min(end, b + wanted);
    fb = height(b);
  }
  for (let round = 0; round < 60; round++) {
    const straight = b - (fb * (b - a)) / (fb - fa);
    const v = straight > Math.min(a, b) && straight < Math.max(a, b) ? straight : (a + b) / 2;
    const f = height(v);
    if (Math.abs(f) < 1e-8 || Math.abs(b - a) < 1e-10) return countAt(v);
    if (f > 0 !== fb > 0) [a, fa] = [b, fb];
    else fa /= 2;
    [b, fb] = [v, f];
  }
  return countAt(b);
}

/**
 * Approximates the normal quantile of a probability, for a scale on which a tail is nearly linear: fast, finite and
 * increasing.
 */
function roughQuantile(p: number): number {
  if (p > 0.5) return -roughQuantile(1 - p);
  return 1 - Math.sqrt(1 - 2 * Math.log(2 * Math.max(1e-300, p)));
}
