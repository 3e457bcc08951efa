import { InputError } from "../../foundation/errors.ts";
import { leastSquares, lineAt, lineSe } from "../../foundation/statistics/least-squares.ts";
import { linePrecision, reliabilityOf } from "../lines/corrected-line.ts";
import type { ScaleFunctions } from "../lines/fit-scale.ts";
import { leastSquaresPosterior } from "../lines/line-posterior.ts";
import { idVariance, shiftVariance } from "./binomial-noise.ts";
import type { FittedLine } from "./fitted-line.ts";
import { isEnd, type ModelPoint } from "./model-point.ts";

/**
 * Fits a line by unweighted least squares on the scale. Models with an accuracy of exactly 0 or 1 are left out if the
 * scale is infinite there.
 *
 * @throws InputError with fewer than three remaining models, or equal in-distribution accuracies
 */
export function fitByLeastSquares(points: readonly ModelPoint[], functions: ScaleFunctions): FittedLine {
  const { forward, endless } = functions;
  const touched = (point: ModelPoint) => endless && (isEnd(point.idAccuracy) || isEnd(point.accuracy));
  const models = points.filter((point) => !touched(point));
  const dropped = points.filter(touched).map((point) => point.model);
  if (models.length < 3) {
    const left = dropped.length === 0 ? "" : ` (left out, being exactly 0 or 1: ${dropped.join(", ")})`;
    throw new InputError(`a line needs at least three models with both accuracies, got ${models.length}${left}`);
  }
  const id = (models[0] as ModelPoint).idAccuracy;
  if (models.every((point) => point.idAccuracy === id)) {
    throw new InputError(
      `a line needs different in-distribution accuracies, got ${id} for all ${models.length} models`,
    );
  }
  const x = models.map((point) => forward(point.idAccuracy));
  const line = leastSquares(
    x,
    models.map((point) => forward(point.accuracy)),
  );
  const xNoise = known(models.map((point) => idVariance(point, functions)));
  const yNoise = known(
    models.map((point, i) => shiftVariance(point, functions.inverse(lineAt(line, x[i] as number)), functions)),
  );
  const common = {
    ...line,
    levelSe: lineSe(line, line.xMean),
    reliability: xNoise === null ? null : reliabilityOf(line.xSumOfSquares / (line.n - 1), xNoise),
    models,
    dropped,
    moved: [],
  };
  if (xNoise === null || yNoise === null) return { ...common, scatterSd: null, precision: null, posterior: null };
  const noise = yNoise.map((yVariance, i) => yVariance + line.slope ** 2 * (xNoise[i] as number));
  const { posterior, noiseVariance } = leastSquaresPosterior(line, x, noise);
  return {
    ...common,
    scatterSd: Math.sqrt(Math.max(0, line.residualSd ** 2 - noiseVariance)),
    precision: linePrecision(line, x, noise),
    posterior,
  };
}

function known(values: readonly (number | null)[]): number[] | null {
  return values.every((value) => value !== null) ? (values as number[]) : null;
}
