import { InputError } from "../../foundation/errors.ts";
import { binomialInterval } from "../../foundation/statistics/binomial-interval.ts";
import type { MetricValue, PredictionCounts } from "../scoring/metrics/metric.ts";
import { ACCURACY, figureOf, findMetric, METRICS } from "../scoring/metrics/registry.ts";

/** The metric values of a result, and its number of images. */
export interface Figures {
  readonly n: number;
  readonly metrics: readonly MetricValue[];
}

/**
 * Values are written with all digits; another machine's exponential function, or another order of summation, may differ
 * in the last one.
 */
const TOLERANCE = 1e-9;

/** Describes a contradiction in a result's metric values; null if there is none. */
export function contradiction({ n, metrics }: Figures): string | null {
  const names = metrics.map(({ metric }) => metric);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) return `${twice} appears twice`;
  for (const figure of metrics) {
    const problem = figure.n === n ? contradictionOf(figure) : `has ${figure.n} images, but n is ${n}`;
    if (problem !== null) return `${figure.metric} ${problem}`;
  }
  for (const { id, atLeast } of METRICS) {
    if (atLeast === undefined) continue;
    const [more, less] = [id, atLeast].map((each) => figureOf(metrics, { id: each })?.correct ?? null);
    if (more != null && less != null && more < less) return `${id} has ${more} images right, ${atLeast} ${less}`;
  }
  return null;
}

function contradictionOf({ metric, value, correct, n, low, high, interval }: MetricValue): string | null {
  if (correct === null && findMetric(metric)?.isCount === true) return "has no number of images right";
  if (correct !== null) {
    if (correct > n) return `has ${correct} of ${n} images right`;
    if (Math.abs(value - correct / n) > TOLERANCE) {
      return `is ${value}, but ${correct} of ${n} images right are ${correct / n}`;
    }
  }
  if (!(low <= value + TOLERANCE && value <= high + TOLERANCE)) {
    return `is ${value}, outside its interval ${low} to ${high}`;
  }
  if (correct === null || interval !== "clopper-pearson") return null;
  const bounds = binomialInterval(correct, n);
  if (Math.abs(low - bounds.low) <= TOLERANCE && Math.abs(high - bounds.high) <= TOLERANCE) return null;
  return `has the interval ${low} to ${high}, but that of ${correct} of ${n} images is ${bounds.low} to ${bounds.high}`;
}

/**
 * Compares a result's metric values with counts of its predictions.
 *
 * @param path    path of the predictions, for messages
 * @param counted counts; null values are not compared
 * @throws InputError naming the first that differs
 */
export function checkCounts(path: string, { n, metrics }: Figures, counted: PredictionCounts): void {
  const correct = figureOf(metrics, ACCURACY)?.correct;
  if (counted.n !== n || (correct !== undefined && correct !== counted.top1)) {
    throw new InputError(
      `${path}: ${counted.top1} of ${counted.n} images are right, but metrics.json in the same folder states ${correct} of ${n}`,
    );
  }
  for (const metric of METRICS) {
    const figure = figureOf(metrics, metric);
    const found = figure === undefined ? null : metric.recount(counted);
    if (figure === undefined || found === null) continue;
    if (metric.isCount && found !== figure.correct) {
      throw new InputError(
        `${path}: ${found} of ${n} images are right at ${metric.title}, but metrics.json in the same folder states ${figure.correct}`,
      );
    }
    if (!metric.isCount && !(Math.abs(figure.value - found) <= TOLERANCE)) {
      throw new InputError(
        `${path}: its ${metric.title} is ${found}, but metrics.json in the same folder states ${figure.value}`,
      );
    }
  }
}
