import { InputError } from "../../foundation/errors.ts";
import { largest, smallest } from "../../foundation/math/extremes.ts";
import { type CountPoint, fitBinomialLine } from "../lines/binomial-line.ts";
import { reliabilityOf } from "../lines/corrected-line.ts";
import type { ScaleFunctions } from "../lines/fit-scale.ts";
import { idVariance } from "./binomial-noise.ts";
import type { FittedLine } from "./fitted-line.ts";
import { imagesWorth, isEnd, type ModelPoint } from "./model-point.ts";

/**
 * Fits a binomial line: accuracies of 0 and 1 under the shift enter as counts; an x of exactly 0 or 1 is moved half an
 * image inside (the empirical logit). A mean over sets counts as its effective number of images.
 *
 * @param functions of the logit scale
 * @throws InputError if a number of images is not known, and errors of {@link fitBinomialLine}
 */
export function fitByBinomial(models: readonly ModelPoint[], functions: ScaleFunctions): FittedLine {
  const inside = models.map((point) => insideEnds(point));
  const counts = inside.map((point, i): CountPoint => {
    const images = imagesWorth(point);
    if (images === null || inside[i]?.idImages == null) {
      throw new InputError(
        `a binomial line needs the number of images (column n) of every model, ${point.model} has none; leave out --line binomial`,
      );
    }
    return { x: functions.forward(point.idAccuracy), correct: point.accuracy * images, images };
  });
  const { pointWeights, logLikelihood: _, ...line } = fitBinomialLine(counts);
  const x = counts.map((count) => count.x);
  let [total, sum, square, noise] = [0, 0, 0, 0];
  for (const [i, weight] of pointWeights.entries()) {
    total += weight;
    sum += weight * (x[i] as number);
    noise += weight * (idVariance(inside[i] as ModelPoint, functions) as number);
  }
  for (const [i, weight] of pointWeights.entries()) square += weight * ((x[i] as number) - sum / total) ** 2;
  const xVariance = (square / total) * (line.n / (line.n - 1));
  return {
    ...line,
    xSumOfSquares: xVariance * (line.n - 1),
    xMin: smallest(x),
    xMax: largest(x),
    r2: null,
    residualSd: null,
    precision: line, // by the likelihood
    reliability: reliabilityOf(xVariance, [noise / total]),
    models,
    dropped: [],
    moved: models.filter(({ idAccuracy }) => isEnd(idAccuracy)).map(({ model }) => model),
  };
}

/** Moves an x of exactly 0 or 1 half an image inside: ln((k + ½) / (n − k + ½)) is its logit. */
export function insideEnds(point: ModelPoint): ModelPoint {
  const { idAccuracy, idImages } = point;
  if (!isEnd(idAccuracy) || idImages == null) return point;
  return { ...point, idAccuracy: (idAccuracy * idImages + 0.5) / (idImages + 1) };
}
