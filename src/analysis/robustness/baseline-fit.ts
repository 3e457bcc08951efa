import { mean } from "simple-statistics";
import { InputError } from "../../foundation/errors.ts";
import { largest, smallest } from "../../foundation/math/extremes.ts";
import { type LeastSquares, leastSquares, lineAt } from "../../foundation/statistics/least-squares.ts";
import { studentTQuantile } from "../../foundation/statistics/student-t.ts";
import { type FitScale, scaleFunctions } from "../lines/fit-scale.ts";
import { binomialVariance } from "./binomial-noise.ts";
import type { ModelPoint } from "./model-point.ts";

/** The line of a baseline: least squares on the scale, so slope, intercept, residualSd … are in the scale's unit. */
export interface BaselineFit extends LeastSquares {
  readonly scale: FitScale;
  /** in-distribution accuracies of the models fitted, fractions */
  readonly idMin: number;
  readonly idMax: number;
  /** the models fitted, as given */
  readonly models: readonly ModelPoint[];
  /** models left out because an accuracy is exactly 0 or 1, where logit and probit are infinite */
  readonly dropped: readonly string[];
  /** the t quantile of a two-sided 95 % interval with n − 2 degrees of freedom */
  readonly tQuantile: number;
  /** the part of the residuals' variance that comes from the models' finite images, on average; null: images not known */
  readonly binomialVariance: number | null;
}

export interface BaselineFitOptions {
  /** default: logit */
  readonly scale?: FitScale;
}

/**
 * Fits the line of a baseline: accuracy under a shift on in-distribution accuracy, both on a scale where the relation is
 * linear. Models with an accuracy of exactly 0 or 1 are left out on `logit` and `probit`, and listed in `dropped`.
 *
 * @param points one a model, each model once
 * @throws InputError with fewer than three models, all at one in-distribution accuracy, or an accuracy outside [0, 1]
 * @see R. Taori et al., Measuring robustness to natural distribution shifts in image classification, 2020
 */
export function fitBaseline(points: readonly ModelPoint[], options: BaselineFitOptions = {}): BaselineFit {
  const scale = options.scale ?? "logit";
  const functions = scaleFunctions(scale);
  const { forward, endless } = functions;
  for (const point of points) checkPoint(point);
  const touched = (point: ModelPoint) => endless && (isEnd(point.idAccuracy) || isEnd(point.accuracy));
  const models = points.filter((point) => !touched(point));
  const dropped = points.filter(touched).map((point) => point.model);
  if (models.length < 3) {
    const left = dropped.length === 0 ? "" : ` (left out, being exactly 0 or 1: ${dropped.join(", ")})`;
    throw new InputError(`a line needs at least three models with both accuracies, got ${models.length}${left}`);
  }
  const ids = models.map((point) => point.idAccuracy);
  const [idMin, idMax] = [smallest(ids), largest(ids)];
  if (idMin === idMax) {
    throw new InputError(
      `a line needs different in-distribution accuracies, got ${idMin} for all ${models.length} models`,
    );
  }
  const line = leastSquares(
    ids.map(forward),
    models.map((point) => forward(point.accuracy)),
  );
  const noise = models.map((point) => {
    const expected = functions.inverse(lineAt(line, functions.forward(point.idAccuracy)));
    return binomialVariance(point, expected, line.slope, functions);
  });
  return {
    ...line,
    scale,
    idMin,
    idMax,
    models,
    dropped,
    tQuantile: -studentTQuantile(0.025, line.n - 2),
    binomialVariance: noise.every((variance) => variance !== null) ? mean(noise) : null,
  };
}

/** Whether an accuracy is exactly 0 or 1: infinitely far on the logit and probit scales. */
export function isEnd(accuracy: number): boolean {
  return accuracy === 0 || accuracy === 1;
}

/** @throws InputError unless both accuracies are fractions */
export function checkPoint({ model, idAccuracy, accuracy }: ModelPoint): void {
  for (const value of [idAccuracy, accuracy]) {
    if (value >= 0 && value <= 1) continue;
    throw new InputError(`${model}: expected accuracies as fractions in [0, 1], got ${value}`);
  }
}
