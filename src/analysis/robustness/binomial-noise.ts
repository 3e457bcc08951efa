import type { ScaleFunctions } from "../lines/fit-scale.ts";
import { imagesWorth, type ModelPoint } from "./model-point.ts";

/**
 * Computes the variance of a model's x on the scale due to its finite images.
 *
 * @returns null if the images are not known, or the accuracy is 0 or 1 on a scale that is infinite there
 */
export function idVariance(
  { idAccuracy, idImages }: Pick<ModelPoint, "idAccuracy" | "idImages">,
  { derivative, endless }: ScaleFunctions,
): number | null {
  if (idImages == null || (endless && !isInside(idAccuracy))) return null;
  return (derivative(idAccuracy) ** 2 * idAccuracy * (1 - idAccuracy)) / idImages;
}

/**
 * Computes the variance of a model's accuracy under the shift on the scale due to its finite images.
 *
 * @param expected accuracy that the line expects of the model; the measured accuracy would bias the variance
 * @returns null if the images are not known, or the expected accuracy is not between 0 and 1
 */
export function shiftVariance(point: ModelPoint, expected: number, { derivative }: ScaleFunctions): number | null {
  const images = imagesWorth(point);
  if (images === null || !isInside(expected)) return null;
  return (derivative(expected) ** 2 * expected * (1 - expected)) / images;
}

function isInside(accuracy: number): boolean {
  return accuracy > 0 && accuracy < 1;
}
