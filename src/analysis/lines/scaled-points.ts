import { InputError } from "../../foundation/errors.ts";
import { type FitScale, type ScaleFunctions, scaleFunctions } from "./fit-scale.ts";
import type { LinePoint } from "./line-point.ts";

/** Points on a scale, with the variances due to their finite images; each (n,). */
export interface ScaledPoints {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly xVariance: Float64Array;
  readonly yVariance: Float64Array;
}

export function emptyPoints(n: number): ScaledPoints {
  const column = () => new Float64Array(n);
  return { x: column(), y: column(), xVariance: column(), yVariance: column() };
}

/**
 * Converts accuracies to a scale. If the scale is infinite at 0 and 1, half an image is added to the correct and to the
 * wrong images (the empirical logit), so that accuracies of 0 and 1 are kept.
 *
 * @throws InputError if an accuracy is not a fraction, a number of images is not positive, or an accuracy of 0 or 1 has
 *   no number of images
 * @see D. R. Cox, Analysis of Binary Data, 1970, section 3.2; J. J. Gart & J. R. Zweifel, Biometrika 54, 1967, for the variance
 */
export function scalePoints(points: readonly LinePoint[], scale: FitScale): ScaledPoints {
  const functions = scaleFunctions(scale);
  const scaled = emptyPoints(points.length);
  points.forEach((point, i) => {
    checkPoint(point, i, functions);
    scaleAccuracy(point.x, point.xImages, functions, scaled.x, scaled.xVariance, i);
    scaleAccuracy(point.y, point.yImages, functions, scaled.y, scaled.yVariance, i);
  });
  return scaled;
}

/** Writes an accuracy on the scale and its variance to index i of the two arrays. */
export function scaleAccuracy(
  accuracy: number,
  images: number,
  { forward, derivative, endless }: ScaleFunctions,
  values: Float64Array,
  variances: Float64Array,
  i: number,
): void {
  if (images === Number.POSITIVE_INFINITY) {
    values[i] = forward(accuracy);
    variances[i] = 0;
    return;
  }
  const inside = (accuracy * images + 0.5) / (images + 1);
  values[i] = forward(endless ? inside : accuracy);
  variances[i] = (inside * (1 - inside) * derivative(inside) ** 2) / (images + (endless ? 1 : 0));
}

function checkPoint({ x, y, xImages, yImages }: LinePoint, i: number, { endless }: ScaleFunctions): void {
  for (const [accuracy, images] of [
    [x, xImages],
    [y, yImages],
  ] as const) {
    if (!(accuracy >= 0 && accuracy <= 1))
      throw new InputError(`point ${i}: expected accuracies as fractions in [0, 1], got ${accuracy}`);
    if (!(images > 0)) throw new InputError(`point ${i}: expected a positive number of images, got ${images}`);
    if (endless && images === Number.POSITIVE_INFINITY && (accuracy === 0 || accuracy === 1))
      throw new InputError(
        `point ${i}: an accuracy of ${accuracy} is infinite on this scale, and its number of images is not known`,
      );
  }
}
