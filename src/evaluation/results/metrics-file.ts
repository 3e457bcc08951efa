import { z } from "zod";
import { InputError } from "../../foundation/errors.ts";
import type { EvaluationKey } from "../../foundation/evaluation-key.ts";
import { parseJson } from "../../foundation/files/parse-json.ts";
import type { MetricValue } from "../scoring/metrics/metric.ts";
import { contradiction } from "./metrics-checks.ts";

/** The metric values of one evaluation: the content of a `metrics.json`. */
export interface ResultMetrics extends EvaluationKey {
  /** images evaluated */
  readonly n: number;
  /** images of the complete benchmark */
  readonly expectedN: number;
  /** the figures, in the order of `metrics.json` */
  readonly metrics: readonly MetricValue[];
}

export const METRICS_FILE = "metrics.json";

/** Maximum number of images; larger than any data set. */
const MAX_IMAGES = 2 ** 31;

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

/** The same with the field names of the file. */
export type MetricsRecord = z.infer<typeof metricsSchema>;

/** Converts a result to the fields of the file. */
export function metricsRecord(result: ResultMetrics): MetricsRecord {
  const { checkpoint, benchmark, protocol, templates, classNames, n, expectedN, metrics } = result;
  return {
    schema: 1,
    checkpoint,
    benchmark,
    protocol,
    templates,
    class_names: classNames,
    n,
    expected_n: expectedN,
    metrics: [...metrics],
  };
}

/** Formats a `metrics.json`. */
export function formatMetrics(result: ResultMetrics): string {
  return `${JSON.stringify(metricsRecord(result), null, 2)}\n`;
}

/**
 * Parses a `metrics.json` and recomputes every value that its counts determine.
 *
 * @param where file name, for messages
 * @throws InputError if it has another form or schema, or its values contradict each other
 */
export function parseMetrics(text: string, where: string): ResultMetrics {
  const { schema: _, class_names: classNames, expected_n: expectedN, ...rest } = parseJson(text, where, metricsSchema);
  const problem = contradiction(rest);
  if (problem !== null) throw new InputError(`${where}: ${problem}`);
  return { ...rest, classNames, expectedN };
}
