import { z } from "zod";
import { InputError } from "../../foundation/errors.ts";
import { parseJson } from "../../foundation/files/parse-json.ts";
import { binomialInterval } from "../../foundation/statistics/binomial-interval.ts";
import type { Metric } from "../scoring/accuracy.ts";
import type { ResultMetrics } from "./result-folder.ts";

/** More images than any data set holds: a larger number is damage. */
const MAX_IMAGES = 2 ** 31;
/** Values are written with all their digits; another machine's exponential function differs in the last. */
const TOLERANCE = 1e-9;
/** The figures that are a count of images over n. */
const COUNTED = ["top1", "top5"];

const fraction = z.number().min(0).max(1);
const count = z.int().min(0).max(MAX_IMAGES);
const name = z.string().min(1);

const metricsSchema = z.object({
  schema: z.literal(1, { error: "not a metrics file of schema 1, which is what this version reads" }),
  checkpoint: name,
  benchmark: name,
  protocol: name,
  templates: name,
  class_names: name,
  n: count.min(1),
  expected_n: count.min(1),
  metrics: z
    .array(
      z.object({
        metric: name,
        value: fraction,
        correct: count.nullable(),
        n: count.min(1),
        low: fraction,
        high: fraction,
        interval: name,
      }),
    )
    .min(1),
});

/**
 * Parses a `metrics.json` and computes again what its counts allow: nothing in it is taken on trust.
 *
 * @param where file name, for messages
 * @throws InputError if it is of another form or schema, or its figures contradict each other
 */
export function parseMetrics(text: string, where: string): ResultMetrics {
  const metrics = parseJson(text, where, metricsSchema) as ResultMetrics;
  const problem = contradiction(metrics);
  if (problem !== null) throw new InputError(`${where}: ${problem}`);
  return metrics;
}

/** What cannot be true of a result's figures; null where nothing is found. */
export function contradiction({ n, metrics }: Pick<ResultMetrics, "n" | "metrics">): string | null {
  const names = metrics.map(({ metric }) => metric);
  const twice = names.find((one, i) => names.indexOf(one) !== i);
  if (twice !== undefined) return `${twice} is there twice`;
  for (const metric of metrics) {
    const problem = metric.n === n ? contradictionOf(metric) : `is of ${metric.n} images, but n is ${n}`;
    if (problem !== null) return `${metric.metric} ${problem}`;
  }
  const [top1, top5] = COUNTED.map((one) => metrics.find(({ metric }) => metric === one)?.correct ?? null);
  if (top1 != null && top5 != null && top5 < top1) return `top5 has ${top5} images right, top1 ${top1}`;
  return null;
}

function contradictionOf({ metric, value, correct, n, low, high, interval }: Metric): string | null {
  if (correct === null && COUNTED.includes(metric)) return "has no number of images right";
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
