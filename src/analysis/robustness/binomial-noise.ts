import type { ScaleFunctions } from "../lines/fit-scale.ts";
import { imagesWorth, type ModelPoint } from "./model-point.ts";

/**
 * The variance of a model's x, on the scale, that comes from its finite images.
 *
 * @returns null where the images are not known, or the accuracy is at 0 or 1 where the scale is infinite
 */
export function idVariance(
  { idAccuracy, idImages }: Pick<ModelPoint, "idAccuracy" | "idImages">,
  { derivative, endless }: ScaleFunctions,
): number | null {
  if (idImages == null || (endless && !isInside(idAccuracy))) return null;
  return (derivative(idAccuracy) ** 2 * idAccuracy * (1 - idAccuracy)) / idImages;
}

/**
 * The variance of a model's accuracy under the shift, on the scale, that comes from its finite images.
 *
 * @param expected accuracy that the line expects of the model: a chance low or high one would give a wrong variance
 * @returns null where the images are not known, or nothing between 0 and 1 is expected
 */
export function shiftVariance(point: ModelPoint, expected: number, { derivative }: ScaleFunctions): number | null {
  const images = imagesWorth(point);
  if (images === null || !isInside(expected)) return null;
  return (derivative(expected) ** 2 * expected * (1 - expected)) / images;
}

function isInside(accuracy: number): boolean {
  return accuracy > 0 && accuracy < 1;
}
