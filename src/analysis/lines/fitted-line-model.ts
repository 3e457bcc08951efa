import { type CorrectedFit, createCorrectedFit } from "./corrected-fit.ts";
import type { LinePoint, SharedNoise } from "./line-point.ts";
import type { LineTerms } from "./line-terms.ts";
import type { ScaledPoints } from "./scaled-points.ts";

/** A model with all parameters for simulating measurements. Each (n,), on the scale. */
export interface FittedLineModel {
  /** true in-distribution accuracies, shrunk according to the measurement errors */
  readonly latent: Float64Array;
  /** the line's value at them */
  readonly line: Float64Array;
  /** standard deviation of the scatter about the line */
  readonly scatterSd: Float64Array;
  readonly points: readonly LinePoint[];
  readonly noise: SharedNoise | null;
}

/**
 * Fits a model with errors in x taken into account, and assigns each point a true position from which such measurements
 * arise.
 *
 * @param terms   model of the line that the points scatter about
 * @param spread  model whose height columns predict the true in-distribution accuracies. A height column that the line
 *   lacks may still change them (samples along the line), and measurement error is then a larger part of the remaining
 *   variation
 * @param scatter variance of each point's scatter beyond the measurement, (n,)
 */
export function fitLineModel(
  points: readonly LinePoint[],
  scaled: ScaledPoints,
  terms: LineTerms,
  spread: Pick<CorrectedFit, "heightBasis" | "heightFreedoms">,
  noise: SharedNoise | null,
  scatter: Float64Array,
): FittedLineModel {
  const n = points.length;
  const fit = createCorrectedFit(terms, n, noise);
  fit.fit(scaled);
  const latent = shrink(scaled, spread.heightBasis, spread.heightFreedoms);
  const line = new Float64Array(n);
  // y − slope x̂ − residual is the height of the point
  for (let i = 0; i < n; i++) {
    const height =
      (scaled.y[i] as number) - (fit.pointSlopes[i] as number) * (scaled.x[i] as number) - (fit.residuals[i] as number);
    line[i] = height + (fit.pointSlopes[i] as number) * (latent[i] as number);
  }
  return { latent, line, scatterSd: scatter.map(Math.sqrt), points, noise };
}

/**
 * Estimates true values with the spread of the truth: x̂ is shrunk toward its prediction from the height columns by the
 * root of its reliability (constrained empirical Bayes: T. A. Louis, JASA 79, 1984).
 */
function shrink(
  { x, xVariance }: ScaledPoints,
  heightBasis: readonly Float64Array[],
  freedoms: Float64Array,
): Float64Array {
  const n = x.length;
  const residual = Float64Array.from(x);
  for (const q of heightBasis) {
    let along = 0;
    for (let i = 0; i < n; i++) along += (residual[i] as number) * (q[i] as number);
    for (let i = 0; i < n; i++) residual[i] = (residual[i] as number) - along * (q[i] as number);
  }
  let [square, error, freedom] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    square += (residual[i] as number) ** 2;
    error += (freedoms[i] as number) * (xVariance[i] as number);
    freedom += freedoms[i] as number;
  }
  const spread = Math.max(0, square - error) / freedom;
  return x.map((value, i) => {
    const r = residual[i] as number;
    return value - r + Math.sqrt(spread / (spread + (xVariance[i] as number) || 1)) * r;
  });
}
