import { studentTQuantile, studentTTwoSided } from "../../foundation/statistics/student-t.ts";

/** Where one more model of a line may lie, on the line's scale. */
export interface PredictionError {
  /** standard error from the scatter of the line's models and the line's own uncertainty, of an estimated variance */
  readonly scatterSe: number;
  /** degrees of freedom of `scatterSe` */
  readonly degreesOfFreedom: number;
  /** standard deviation of the binomial noise that the model has beyond that of the line's models, known; 0 for none */
  readonly noiseSd: number;
}

/**
 * Half the width of the two-sided prediction interval: Student's t, its degrees of freedom by Welch and Satterthwaite where
 * known noise is added to the estimated scatter.
 *
 * @param p probability outside the interval, in (0, 1)
 * @see B. L. Welch, The generalization of Student's problem when several different population variances are involved, 1947
 */
export function predictionHalfWidth(error: PredictionError, p: number): number {
  return -studentTQuantile(p / 2, effectiveDegreesOfFreedom(error)) * Math.hypot(error.scatterSe, error.noiseSd);
}

/**
 * The probability that one more model of the line's kind lies at least as far from the line: the p for which the prediction
 * interval ends at this distance.
 *
 * @param distance from the line, on its scale
 */
export function predictionP(error: PredictionError, distance: number): number {
  const se = Math.hypot(error.scatterSe, error.noiseSd);
  if (distance === 0) return 1;
  if (se === 0 || !Number.isFinite(distance)) return 0;
  return studentTTwoSided(distance / se, effectiveDegreesOfFreedom(error));
}

/** Above this Student's t is the normal distribution to more digits than are kept. */
const MAX_DEGREES_OF_FREEDOM = 1e9;

function effectiveDegreesOfFreedom({ scatterSe, degreesOfFreedom, noiseSd }: PredictionError): number {
  if (noiseSd === 0) return degreesOfFreedom;
  const ratio = 1 + (noiseSd / scatterSe) ** 2; // of the variances: all to the scatter's
  return Math.min(degreesOfFreedom * ratio ** 2, MAX_DEGREES_OF_FREEDOM);
}
