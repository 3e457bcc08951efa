import { binomialInterval } from "../../../foundation/statistics/binomial-interval.ts";
import { CONFIDENCE, type MetricFigure } from "./metric.ts";

/**
 * Returns the value of a metric that counts images, with its Clopper-Pearson interval.
 *
 * @param correct number of correct images, in 0..n
 */
export function countFigure(correct: number, n: number): MetricFigure {
  const bounds = binomialInterval(correct, n, CONFIDENCE);
  return { value: correct / n, correct, n, ...bounds, interval: "clopper-pearson" };
}
