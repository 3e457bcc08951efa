import { Z95 } from "../../foundation/statistics/normal-distribution.ts";
import type { ScaleFunctions } from "../lines/fit-scale.ts";
import type { ModelPoint } from "./model-point.ts";

/**
 * The variance about a line, on the scale, that a model has from its finite images alone: that of its accuracy under the
 * shift, and that of its in-distribution accuracy carried along the line.
 *
 * @param slope    of the line, on the scale
 * @param expected accuracy that the line expects of the model
 * @returns null where the images are not known, or an accuracy is at 0 or 1
 */
export function binomialVariance(
  point: ModelPoint,
  expected: number,
  slope: number,
  { derivative }: ScaleFunctions,
): number | null {
  const { idAccuracy, idImages } = point;
  const own = ownVariance(point, expected);
  if (own === null || idImages == null || !isInside(expected) || !isInside(idAccuracy)) return null;
  const id = (idAccuracy * (1 - idAccuracy)) / idImages;
  return own * derivative(expected) ** 2 + id * (slope * derivative(idAccuracy)) ** 2;
}

function ownVariance({ bounds, images }: ModelPoint, expected: number): number | null {
  if (bounds != null) return ((bounds.high - bounds.low) / (2 * Z95)) ** 2;
  return images == null ? null : (expected * (1 - expected)) / images;
}

function isInside(accuracy: number): boolean {
  return accuracy > 0 && accuracy < 1;
}
