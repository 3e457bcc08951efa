import type { Interval } from "../../foundation/statistics/binomial-interval.ts";
import { lineAt, lineSe } from "../../foundation/statistics/least-squares.ts";
import { scoreInterval } from "../../foundation/statistics/score-interval.ts";
import { type ScaleFunctions, scaleFunctions } from "../lines/fit-scale.ts";
import type { NoiseModel } from "../lines/shared-noise.ts";
import { type BaselineFit, checkPoint, isEnd } from "./baseline-fit.ts";
import { binomialVariance } from "./binomial-noise.ts";
import type { ModelPoint } from "./model-point.ts";
import { type PredictionError, predictionHalfWidth, predictionP } from "./prediction.ts";
import { type SharedError, sharedError } from "./shared-error.ts";
import { sharedInterval } from "./shared-interval.ts";

/** How far a model stands from a baseline's line. All numbers are fractions of 1: 0.01 is one percentage point. */
export interface EffectiveRobustness {
  readonly model: string;
  readonly idAccuracy: number;
  readonly accuracy: number;
  /** what the line says at `idAccuracy` */
  readonly expectedAccuracy: number;
  /** accuracy − expectedAccuracy; above the line is positive */
  readonly effectiveRobustness: number;
  /** 95 % interval of `effectiveRobustness`, given finite images and an estimated line; null: images not known */
  readonly low: number | null;
  readonly high: number | null;
  /** how `low` and `high` take the noise of the images */
  readonly noise: NoiseModel;
  /**
   * 95 % interval of the accuracy that a new model of the baseline's kind would have at `idAccuracy`, measured on as many
   * images
   */
  readonly predictionLow: number;
  readonly predictionHigh: number;
  /**
   * probability that a new model of the baseline's kind lies at least as far from the line; not adjusted for many models.
   * null where nothing says so: the line's models lie on it exactly, or the accuracy is infinitely far on the scale
   */
  readonly predictionP: number | null;
  /** whether `idAccuracy` is outside the accuracies the line was fitted on */
  readonly extrapolated: boolean;
  /** how far outside; 0 inside */
  readonly outsideBy: number;
}

/**
 * Effective robustness of models: accuracy minus what the line expects at their in-distribution accuracy.
 *
 * `low` and `high` answer whether it differs from 0. Three independent errors enter: the binomial noise of the accuracy
 * under shift, that of the in-distribution accuracy (carried along the line), and the line's own (t with n − 2 degrees
 * of freedom). The latter two are joined on the fit's scale and carried to accuracy end by end, so the interval need not
 * be symmetric; the joining takes each part's own distance to its bound (the method of variance estimates recovery).
 * A bootstrap of the models would be too short: of nine it covers 86 to 90 %. Where it is known of the model and of all the
 * line's which images are right, the errors that they share cancel (`noise`); without, the interval is too wide.
 *
 * `predictionLow` and `predictionHigh` answer another question, whether the model is beyond the baseline's own scatter.
 * They are the t prediction interval of the line. The scatter holds the baseline's binomial noise; where a new model's is
 * larger on the scale (an accuracy nearer 0 or 1, fewer images), the difference is added, with Welch's and Satterthwaite's
 * degrees of freedom: without it the interval would cover 93 % five points above the OpenAI models, and ever less below them.
 *
 * @param fit    of `fitBaseline`
 * @param points models to compare; they need not be in the baseline
 * @throws InputError if an accuracy is outside [0, 1]
 * @throws RangeError if an in-distribution accuracy is exactly 0 or 1 on a scale where that is infinite
 * @see R. Taori et al. 2020, section 2, for the definition; G. Y. Zou & A. Donner, Construction of confidence limits about
 *   effect measures: a general approach, Statistics in Medicine 27, 2008, for the joining
 */
export function effectiveRobustness(fit: BaselineFit, points: readonly ModelPoint[]): EffectiveRobustness[] {
  const functions = scaleFunctions(fit.scale);
  return points.map((point) => {
    checkPoint(point);
    const { model, idAccuracy, accuracy } = point;
    const x = functions.forward(idAccuracy);
    const expectedAccuracy = functions.inverse(lineAt(fit, x));
    const error: PredictionError = {
      scatterSe: Math.hypot(fit.residualSd, lineSe(fit, x)),
      degreesOfFreedom: fit.n - 2,
      noiseSd: Math.sqrt(noiseBeyondBaseline(fit, functions, point, expectedAccuracy)),
    };
    const halfWidth = predictionHalfWidth(error, 0.05);
    const y = lineAt(fit, x);
    const inside = insideEnds(point, functions);
    const shared = sharedError(fit, point);
    const outsideBy = Math.max(0, fit.idMin - idAccuracy, idAccuracy - fit.idMax);
    return {
      model,
      idAccuracy,
      accuracy,
      expectedAccuracy,
      effectiveRobustness: accuracy - expectedAccuracy,
      ...robustnessInterval(fit, functions, point, x, expectedAccuracy, shared),
      noise: shared === null ? "independent" : isClustered(point) ? "shared-clusters" : "shared-images",
      predictionLow: functions.inverse(y - halfWidth),
      predictionHigh: functions.inverse(y + halfWidth),
      predictionP: inside === null || !hasScatter(fit) ? null : predictionP(error, functions.forward(inside) - y),
      extrapolated: outsideBy > 0,
      outsideBy,
    };
  });
}

function isClustered({ outcomes }: ModelPoint): boolean {
  return outcomes?.y.some(({ clusters }) => clusters !== null) ?? false;
}

/** Residuals below this, on any scale, are rounding: the models lie on their line, which tells no scatter. */
const ROUNDING = 1e-9;

function hasScatter({ residualSd }: BaselineFit): boolean {
  return residualSd > ROUNDING;
}

/** The accuracy; where it is exactly 0 or 1 and that is infinite, half an image from there; null if images are not known. */
function insideEnds({ accuracy, images }: ModelPoint, { endless }: ScaleFunctions): number | null {
  if (!endless || !isEnd(accuracy)) return accuracy;
  return images == null ? null : (accuracy * images + 0.5) / (images + 1);
}

/** Variance that a point has from its finite images and that the residuals of the line do not hold; 0 if not known. */
function noiseBeyondBaseline(fit: BaselineFit, functions: ScaleFunctions, point: ModelPoint, expected: number): number {
  const own = binomialVariance(point, expected, fit.slope, functions);
  return own === null || fit.binomialVariance === null ? 0 : Math.max(0, own - fit.binomialVariance);
}

function robustnessInterval(
  fit: BaselineFit,
  functions: ScaleFunctions,
  point: ModelPoint,
  x: number,
  expectedAccuracy: number,
  shared: SharedError | null,
): { readonly low: number | null; readonly high: number | null } {
  const own = samplingInterval(point);
  const id = point.idImages == null ? null : scoreInterval(point.idAccuracy, point.idImages);
  // So few images that the interval of x reaches 0 or 1: the line ends there
  const isOpen = functions.endless && id !== null && (id.low <= 0 || id.high >= 1);
  if (own === null || id === null || isOpen) return { low: null, high: null };
  if (shared !== null) return sharedInterval(point.accuracy, x, own, id, shared, functions);
  const expected = expectedInterval(fit, functions, x, id);
  const difference = point.accuracy - expectedAccuracy;
  return {
    low: difference - Math.hypot(point.accuracy - own.low, expected.high - expectedAccuracy),
    high: difference + Math.hypot(own.high - point.accuracy, expectedAccuracy - expected.low),
  };
}

/** 95 % interval of a point's accuracy from its finite images; null where their number is not known. */
export function samplingInterval(point: ModelPoint): Interval | null {
  if (point.bounds != null) return point.bounds;
  return point.images == null ? null : scoreInterval(point.accuracy, point.images);
}

/** 95 % interval of what the line expects, its x known only within `id`. */
function expectedInterval(fit: BaselineFit, { forward, inverse }: ScaleFunctions, x: number, id: Interval): Interval {
  const y = lineAt(fit, x);
  const ofLine = fit.tQuantile * lineSe(fit, x);
  const ends = [fit.slope * (forward(id.low) - x), fit.slope * (forward(id.high) - x)];
  return {
    low: inverse(y - Math.hypot(ofLine, Math.min(...ends))),
    high: inverse(y + Math.hypot(ofLine, Math.max(...ends))),
  };
}
