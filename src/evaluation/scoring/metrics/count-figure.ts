import { binomialInterval } from "../../../foundation/statistics/binomial-interval.ts";
import { CONFIDENCE, type MetricFigure } from "./metric.ts";

/**
 * The figure of a metric that counts images, with the Clopper-Pearson interval.
 *
 * @param correct images right, in 0..n
 */
export function countFigure(correct: number, n: number): MetricFigure {
  const bounds = binomialInterval(correct, n, CONFIDENCE);
  return { value: correct / n, correct, n, ...bounds, interval: "clopper-pearson" };
}
