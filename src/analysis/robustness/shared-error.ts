import { createCorrectedFit } from "../lines/corrected-fit.ts";
import { type ScaleFunctions, scaleFunctions } from "../lines/fit-scale.ts";
import { commonLine } from "../lines/line-terms.ts";
import { accuracyVariance, errorCorrelation, type PointOutcomes, sharedNoise } from "../lines/shared-noise.ts";
import type { BaselineFit } from "./baseline-fit.ts";
import type { ModelPoint } from "./model-point.ts";

/** Above this value, Student's t equals the normal distribution within the printed precision. */
const MAX_FREEDOM = 1e9;

/** Variances of a model's distance from a line whose models saw the same images, on the scale. */
export interface SharedError {
  /** the line's value at the model's x, corrected if x is unreliable */
  readonly expected: number;
  readonly slope: number;
  /** variance of the line's value for known x: from the models' scatter and images */
  readonly lineVariance: number;
  /** variance of x propagated along the line */
  readonly xVariance: number;
  readonly yVariance: number;
  /** covariances of the three: x with the line, y with the line, y with x */
  readonly xLine: number;
  readonly yLine: number;
  readonly yx: number;
  /** of the distance, by Welch and Satterthwaite: the scatter is estimated, the part of the images is known */
  readonly degreesOfFreedom: number;
}

/** The errors of a line's models, computed once per line. */
interface LineErrors {
  /** weights (n,) of the models' y in the line's value at x */
  readonly weightsAt: (x: number) => Float64Array;
  readonly slope: number;
  /** the models' y on the scale */
  readonly y: Float64Array;
  /** standard deviations of the models' accuracies on the scale */
  readonly xSd: Float64Array;
  readonly ySd: Float64Array;
  /** (n, n) covariances of the models' distances from the line due to their images */
  readonly covariance: Float64Array;
  /** variance of the residuals with its degrees of freedom, and the part due to scatter */
  readonly residualVariance: number;
  readonly scatterVariance: number;
}

const known = new WeakMap<BaselineFit, LineErrors | null>();

/**
 * Computes the error of a model's distance from a line if the correct images of all models are known. Errors that the
 * model has in common with the line's models partly cancel.
 *
 * @returns null if they are not known for the model, or for a model of the line
 */
export function sharedError(fit: BaselineFit, point: ModelPoint): SharedError | null {
  const { outcomes } = point;
  if (outcomes === undefined) return null;
  let line = known.get(fit);
  if (line === undefined) {
    line = tryLineErrors(fit);
    known.set(fit, line);
  }
  if (line === null) return null;
  const functions = scaleFunctions(fit.scale);
  const n = fit.models.length;
  const place = functions.forward(point.idAccuracy);
  const weights = line.weightsAt(place);
  let [expected, squares] = [0, 0];
  for (let i = 0; i < n; i++) {
    expected += (weights[i] as number) * (line.y[i] as number);
    squares += (weights[i] as number) ** 2;
  }
  const { slope } = line;
  const xSd = slope * scaleSd(accuracyVariance(outcomes.x), point.idAccuracy, point.idAccuracy, functions);
  const ySd = scaleSd(accuracyVariance(outcomes.y), point.accuracy, functions.inverse(expected), functions);
  let [xLine, yLine] = [0, 0];
  fit.models.forEach((model, i) => {
    const theirs = model.outcomes as PointOutcomes;
    const weight = weights[i] as number;
    const [xOfModel, yOfModel] = [slope * (line.xSd[i] as number), line.ySd[i] as number];
    const correlation = (a: "x" | "y", b: "x" | "y") => errorCorrelation(outcomes[a], theirs[b]);
    xLine += weight * xSd * (yOfModel * correlation("x", "y") - xOfModel * correlation("x", "x"));
    yLine += weight * ySd * (yOfModel * correlation("y", "y") - xOfModel * correlation("y", "x"));
  });
  const yx = ySd * xSd * errorCorrelation(outcomes.y, outcomes.x);
  const lineVariance = line.scatterVariance * squares + quadraticForm(weights, line.covariance);
  const total = ySd ** 2 + xSd ** 2 + lineVariance + 2 * (xLine - yLine - yx);
  const estimated = line.residualVariance * squares;
  return {
    ...{ expected, slope, lineVariance, xVariance: xSd ** 2, yVariance: ySd ** 2, xLine, yLine, yx },
    degreesOfFreedom:
      estimated > 0 ? Math.max(n - 2, Math.min(MAX_FREEDOM, (n - 2) * (total / estimated) ** 2)) : MAX_FREEDOM,
  };
}

/** @returns also null if x hardly varies, so that the slope cannot be separated from errors */
function tryLineErrors(fit: BaselineFit): LineErrors | null {
  try {
    return lineErrors(fit);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function lineErrors(fit: BaselineFit): LineErrors | null {
  const outcomes = fit.models.map((model) => model.outcomes);
  if (!outcomes.every((each) => each !== undefined)) return null;
  const functions = scaleFunctions(fit.scale);
  const n = fit.models.length;
  const x = Float64Array.from(fit.models, (model) => functions.forward(model.idAccuracy));
  const y = Float64Array.from(fit.models, (model) => functions.forward(model.accuracy));
  const xSd = Float64Array.from(fit.models, ({ idAccuracy }, i) =>
    scaleSd(accuracyVariance((outcomes[i] as PointOutcomes).x), idAccuracy, idAccuracy, functions),
  );
  const points = { x, y, xVariance: xSd.map((sd) => sd ** 2), yVariance: new Float64Array(n) };
  const corrected = createCorrectedFit(commonLine(n), n, sharedNoise(outcomes));
  corrected.fit(points);
  const heights = corrected.heightWeights([1]);
  const weightsAt = (place: number) => {
    const weights = new Float64Array(n);
    corrected.effectWeights(heights, [place], points, weights);
    return weights;
  };
  const slope = corrected.slopes[0] as number;
  const { residuals } = corrected;
  const ySd = Float64Array.from(fit.models, ({ accuracy }, i) => {
    const expected = functions.inverse((y[i] as number) - (residuals[i] as number));
    return scaleSd(accuracyVariance((outcomes[i] as PointOutcomes).y), accuracy, expected, functions);
  });
  const covariance = distanceCovariance(
    outcomes,
    xSd.map((sd) => slope * sd),
    ySd,
  );
  let [squares, ofImages, ofScatter] = [0, 0, 0];
  for (let j = 0; j < n; j++) {
    const left = weightsAt(x[j] as number).map((weight, i) => (i === j ? 1 : 0) - weight);
    squares += (residuals[j] as number) ** 2;
    ofImages += quadraticForm(left, covariance);
    for (const value of left) ofScatter += value ** 2;
  }
  return {
    ...{ weightsAt, slope, y, xSd, ySd, covariance },
    residualVariance: squares / ofScatter,
    scatterVariance: Math.max(0, squares - ofImages) / ofScatter,
  };
}

/** Covariances of y − slope x. */
function distanceCovariance(outcomes: readonly PointOutcomes[], xSd: Float64Array, ySd: Float64Array): Float64Array {
  const n = outcomes.length;
  const covariance = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      const [a, b] = [outcomes[i] as PointOutcomes, outcomes[j] as PointOutcomes];
      const value =
        (ySd[i] as number) * (ySd[j] as number) * errorCorrelation(a.y, b.y) +
        (xSd[i] as number) * (xSd[j] as number) * errorCorrelation(a.x, b.x) -
        (ySd[i] as number) * (xSd[j] as number) * errorCorrelation(a.y, b.x) -
        (xSd[i] as number) * (ySd[j] as number) * errorCorrelation(a.x, b.y);
      covariance[i * n + j] = value;
      covariance[j * n + i] = value;
    }
  }
  return covariance;
}

/** Returns the standard deviation on the scale, with the variance taken at the accuracy that the line expects. */
function scaleSd(variance: number, accuracy: number, expected: number, { derivative }: ScaleFunctions): number {
  const here = accuracy * (1 - accuracy);
  const there = expected * (1 - expected);
  if (here === 0) return 0;
  // A line on the linear scale may leave [0, 1]
  if (!(there > 0)) return derivative(accuracy) * Math.sqrt(variance);
  return derivative(expected) * Math.sqrt((variance * there) / here);
}

function quadraticForm(weights: Float64Array, matrix: Float64Array): number {
  const n = weights.length;
  let sum = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) sum += (weights[i] as number) * (weights[j] as number) * (matrix[i * n + j] as number);
  }
  return sum;
}
