import { choleskyInPlace, choleskyMultiply } from "../../foundation/math/cholesky.ts";
import { binomialAtNormal } from "../../foundation/statistics/binomial-draw.ts";
import type { RandomNumbers } from "../../foundation/statistics/random-numbers.ts";
import { type FitScale, type ScaleFunctions, scaleFunctions } from "./fit-scale.ts";
import type { FittedLineModel } from "./fitted-line-model.ts";
import { type ScaledPoints, scaleAccuracy } from "./scaled-points.ts";

/**
 * Prepares simulated measurements: scatter about the line, then counts of correct images on both axes.
 *
 * @returns a function that draws new points into the given arrays
 */
export function createPointSimulator(
  model: FittedLineModel,
  scale: FitScale,
  random: RandomNumbers,
): (out: ScaledPoints) => void {
  const functions = scaleFunctions(scale);
  const n = model.points.length;
  const xAccuracies = model.latent.map((value) => accuracyAt(value, functions));
  const xErrors = errors(n, model.noise?.x ?? null, random);
  const yErrors = errors(n, model.noise?.y ?? null, random);
  return (out) => {
    const [ofX, ofY] = [xErrors(), yErrors()];
    for (let i = 0; i < n; i++) {
      const { xImages, yImages } = model.points[i] as FittedLineModel["points"][number];
      const eta = (model.line[i] as number) + (model.scatterSd[i] as number) * random.normal();
      measure(
        xAccuracies[i] as number,
        model.latent[i] as number,
        xImages,
        ofX[i] as number,
        functions,
        out.x,
        out.xVariance,
        i,
      );
      measure(accuracyAt(eta, functions), eta, yImages, ofY[i] as number, functions, out.y, out.yVariance, i);
    }
  };
}

function accuracyAt(value: number, { inverse }: ScaleFunctions): number {
  return Math.min(1, Math.max(0, inverse(value)));
}

function measure(
  accuracy: number,
  value: number,
  images: number,
  z: number,
  functions: ScaleFunctions,
  values: Float64Array,
  variances: Float64Array,
  i: number,
): void {
  if (images === Number.POSITIVE_INFINITY) {
    values[i] = value;
    variances[i] = 0;
    return;
  }
  const whole = Math.max(1, Math.round(images));
  scaleAccuracy(binomialAtNormal(z, whole, accuracy) / whole, images, functions, values, variances, i);
}

/** Prepares draws of standard normal errors with the given correlations. */
function errors(n: number, correlations: Float64Array | null, random: RandomNumbers): () => Float64Array {
  const independent = new Float64Array(n);
  const draw = () => {
    for (let i = 0; i < n; i++) independent[i] = random.normal();
    return independent;
  };
  if (correlations === null) return draw;
  const lower = factor(correlations, n);
  const correlated = new Float64Array(n);
  return () => {
    choleskyMultiply(lower, n, draw(), correlated);
    return correlated;
  };
}

/**
 * Factors a correlation matrix; if rounding or estimation made it not positive definite, it is shrunk toward the
 * identity.
 */
function factor(correlations: Float64Array, n: number): Float64Array {
  for (let share = 0; ; share = Math.max(1e-6, share * 4)) {
    const lower = correlations.map((value, k) => (k % (n + 1) === 0 ? 1 : value * (1 - Math.min(1, share))));
    if (choleskyInPlace(lower, n)) return lower;
  }
}
