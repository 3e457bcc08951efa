import { type CorrectedFit, createCorrectedFit } from "./corrected-fit.ts";
import type { LinePoint, SharedNoise } from "./line-point.ts";
import type { LineTerms } from "./line-terms.ts";
import type { ScaledPoints } from "./scaled-points.ts";

/** What a simulation of the measurements needs: a model with all its parameters. Each (n,), on the scale. */
export interface FittedLineModel {
  /** true in-distribution accuracies, shrunk as much as the measurement errors say */
  readonly latent: Float64Array;
  /** the line's value at them */
  readonly line: Float64Array;
  /** standard deviation of the scatter about the line */
  readonly scatterSd: Float64Array;
  readonly points: readonly LinePoint[];
  readonly noise: SharedNoise | null;
}

/**
 * Fits a model with errors in x taken into account, and gives each point a place from which measurements like the given
 * ones come.
 *
 * @param terms   whose line the points lie about
 * @param spread  whose heights' columns say where the true in-distribution accuracies lie: a column of heights that the line
 *   lacks may still move them (samples along the line), and what is left about it is measurement error in a larger part
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
  // y − slope x̂ − residual is what the heights make of the point
  for (let i = 0; i < n; i++) {
    const height =
      (scaled.y[i] as number) - (fit.pointSlopes[i] as number) * (scaled.x[i] as number) - (fit.residuals[i] as number);
    line[i] = height + (fit.pointSlopes[i] as number) * (latent[i] as number);
  }
  return { latent, line, scatterSd: scatter.map(Math.sqrt), points, noise };
}

/**
 * True values that have the spread of the truth: x̂ is drawn to what the heights' columns say of it by the root of its
 * reliability (constrained empirical Bayes: T. A. Louis, JASA 79, 1984).
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
