import type { Interval } from "../../foundation/statistics/binomial-interval.ts";
import { lineAt } from "../../foundation/statistics/least-squares.ts";
import { scoreInterval } from "../../foundation/statistics/score-interval.ts";
import { estimateSe, type LineEstimate } from "../lines/corrected-line.ts";
import { type ScaleFunctions, scaleFunctions } from "../lines/fit-scale.ts";
import type { NoiseModel } from "../lines/shared-noise.ts";
import { type BaselineFit, intervalLine, isUnreliable } from "./baseline-fit.ts";
import { idVariance } from "./binomial-noise.ts";
import { detectableAccuracies } from "./detectable.ts";
import { insideEnds } from "./fit-by-binomial.ts";
import { checkPoint, imagesWorth, type ModelPoint } from "./model-point.ts";
import { type PredictionEnds, predictAt } from "./prediction.ts";
import { sharedError } from "./shared-error.ts";
import { sharedInterval } from "./shared-interval.ts";

/** The distance of a model from a baseline's line. All numbers are fractions of 1: 0.01 is one percentage point. */
export interface EffectiveRobustness {
  /** name of the model */
  readonly model: string;
  /** in-distribution accuracy, the x axis */
  readonly idAccuracy: number;
  /** accuracy under the shift, the y axis */
  readonly accuracy: number;
  /** accuracy that the line expects at `idAccuracy` */
  readonly expectedAccuracy: number;
  /** accuracy − expectedAccuracy; above the line is positive */
  readonly effectiveRobustness: number;
  /** accuracy that the line corrected for errors in x expects; null if x is reliable, or no correction is known */
  readonly correctedExpected: number | null;
  /** accuracy − correctedExpected */
  readonly correctedRobustness: number | null;
  /**
   * 95 % interval of the distance from the true line, given finite images and an estimated line. It is about
   * `correctedRobustness` if x is unreliable, and close to `effectiveRobustness` otherwise. null: images not known, or
   * too few
   */
  readonly low: number | null;
  /** upper end of the interval, see `low` */
  readonly high: number | null;
  /** how `low` and `high` treat the noise of the images */
  readonly noise: NoiseModel;
  /**
   * 95 % interval of the accuracy that a new model of the baseline's kind would have at `idAccuracy`, measured on as many
   * images
   */
  readonly predictionLow: number;
  /** upper end of the prediction interval, see `predictionLow` */
  readonly predictionHigh: number;
  /**
   * probability that a new model of the baseline's kind is at least as far from the line; not adjusted for multiple
   * models. null if it cannot be estimated: the line's models are exactly on it, or the accuracy is infinite on the
   * scale
   */
  readonly predictionP: number | null;
  /** the accuracies at which `predictionP` equals a level, for rejection among many tests */
  readonly predictionEnds: (level: number) => PredictionEnds;
  /**
   * true accuracies at which the measured accuracy is beyond such ends with 80 % power; null if images are not known
   */
  readonly detectable: (ends: PredictionEnds) => PredictionEnds;
  /** whether `idAccuracy` is outside the accuracies that the line was fitted on */
  readonly extrapolated: boolean;
  /** how far outside; 0 inside */
  readonly outsideBy: number;
}

/**
 * Computes the effective robustness of models: accuracy minus the accuracy that the line expects at their
 * in-distribution accuracy.
 *
 * `low` and `high` test whether it differs from 0. They combine three independent errors: the binomial noise of the
 * accuracy under shift, that of the in-distribution accuracy (propagated along the line), and the error of the line (t
 * with n − 2 degrees of freedom). The latter two are combined on the fit's scale, and each end is converted to an
 * accuracy, so the interval need not be symmetric. The combination uses the distance of each part to its bound (the
 * method of variance estimates recovery). A bootstrap of the models would be too narrow: with nine models it covers 86
 * to 90 %. If the images of x are known, the interval is about the line corrected for errors in x, which has a larger
 * error; below a reliability of 0.3 there is no interval. If the correct images are known for the model and all models
 * of the line, their common errors cancel (`noise`); otherwise the interval is too wide.
 *
 * `predictionLow` and `predictionHigh` test whether the model is outside the baseline's 95 % prediction band. At their
 * measured x, models scatter about the plain line, so the prediction uses that line.
 *
 * @param fit result of `fitBaseline`
 * @param points models to compare; they need not be in the baseline
 * @returns one per point, in the same order: distances in [−1, 1], predictions in [0, 1]
 * @throws InputError if an accuracy is outside [0, 1]
 * @throws RangeError if an in-distribution accuracy is exactly 0 or 1 on a scale that is infinite there; for a binomial
 *   line only if its images are not known, because otherwise it is moved half an image inside
 * @see R. Taori et al. 2020, section 2, for the definition; G. Y. Zou & A. Donner, Construction of confidence limits
 *   about effect measures: a general approach, Statistics in Medicine 27, 2008, for the combination
 */
export function effectiveRobustness(fit: BaselineFit, points: readonly ModelPoint[]): EffectiveRobustness[] {
  const functions = scaleFunctions(fit.scale);
  const line = intervalLine(fit);
  return points.map((point) => {
    checkPoint(point);
    const { model, idAccuracy, accuracy } = point;
    const moved = fit.line === "binomial" ? insideEnds(point) : point;
    const x = functions.forward(moved.idAccuracy);
    const expectedAccuracy = functions.inverse(lineAt(fit, x));
    const correctedExpected = isUnreliable(fit) && line !== null ? functions.inverse(lineAt(line, x)) : null;
    const { interval, endsAt, p } = predictAt(fit, moved.idAccuracy, {
      images: imagesWorth(point),
      idImages: point.idImages ?? null,
    });
    const shared = fit.line === "least-squares" && line !== null ? sharedError(fit, point) : null;
    const sampling = line === null ? null : samplingBounds(point, functions);
    const outsideBy = Math.max(0, fit.idMin - idAccuracy, idAccuracy - fit.idMax);
    return {
      model,
      idAccuracy,
      accuracy,
      expectedAccuracy,
      effectiveRobustness: accuracy - expectedAccuracy,
      correctedExpected,
      correctedRobustness: correctedExpected === null ? null : accuracy - correctedExpected,
      ...(line === null || sampling === null
        ? { low: null, high: null }
        : shared === null
          ? robustnessInterval(line, fit.tQuantile, functions, accuracy, x, sampling)
          : sharedInterval(accuracy, x, sampling.shift, sampling.id, shared, functions)),
      noise: shared === null ? "independent" : isClustered(point) ? "shared-clusters" : "shared-images",
      predictionLow: interval.low,
      predictionHigh: interval.high,
      predictionP: p(accuracy),
      predictionEnds: endsAt,
      detectable: (ends) => detectableOn(fit, point, ends),
      extrapolated: outsideBy > 0,
      outsideBy,
    };
  });
}

/** Like the prediction, assumes as many images as the line's models have if those of the point are not known. */
function detectableOn(fit: BaselineFit, point: ModelPoint, ends: PredictionEnds): PredictionEnds {
  const images = imagesWorth(point) ?? fit.images;
  const ofId = idVariance({ ...point, idImages: point.idImages ?? fit.idImages }, scaleFunctions(fit.scale));
  if (images === null || ofId === null) return { low: null, high: null };
  return detectableAccuracies(ends, { scale: fit.scale, images, expectedSd: Math.abs(fit.slope) * Math.sqrt(ofId) });
}

function isClustered({ outcomes }: ModelPoint): boolean {
  return outcomes?.y.some(({ clusters }) => clusters !== null) ?? false;
}

/** Intervals of a point's two accuracies from finite images. */
interface SamplingBounds {
  readonly shift: Interval;
  readonly id: Interval;
}

/** @returns null if images are not known, or so few that the interval of x reaches 0 or 1, where the line ends */
function samplingBounds(point: ModelPoint, { endless }: ScaleFunctions): SamplingBounds | null {
  const shift = samplingInterval(point);
  const id = point.idImages == null ? null : scoreInterval(point.idAccuracy, point.idImages);
  if (shift === null || id === null || (endless && (id.low <= 0 || id.high >= 1))) return null;
  return { shift, id };
}

function robustnessInterval(
  line: LineEstimate,
  tQuantile: number,
  functions: ScaleFunctions,
  accuracy: number,
  x: number,
  { shift, id }: SamplingBounds,
): Interval {
  const expectedAccuracy = functions.inverse(lineAt(line, x));
  const expected = expectedInterval(line, tQuantile, functions, x, id);
  const difference = accuracy - expectedAccuracy;
  return {
    low: difference - Math.hypot(accuracy - shift.low, expected.high - expectedAccuracy),
    high: difference + Math.hypot(shift.high - accuracy, expectedAccuracy - expected.low),
  };
}

/** Returns the 95 % interval of a point's accuracy from its finite images; null if their number is not known. */
export function samplingInterval(point: ModelPoint): Interval | null {
  if (point.bounds != null) return point.bounds;
  return point.images == null ? null : scoreInterval(point.accuracy, point.images);
}

/** Computes the 95 % interval of the expected accuracy if x is known only within `id`. */
function expectedInterval(
  line: LineEstimate,
  tQuantile: number,
  { forward, inverse }: ScaleFunctions,
  x: number,
  id: Interval,
): Interval {
  const y = lineAt(line, x);
  const ofLine = tQuantile * estimateSe(line, x);
  const ends = [line.slope * (forward(id.low) - x), line.slope * (forward(id.high) - x)];
  return {
    low: inverse(y - Math.hypot(ofLine, Math.min(...ends))),
    high: inverse(y + Math.hypot(ofLine, Math.max(...ends))),
  };
}
