import { type AccuracyRow, mergeRows, withDefaultProtocols } from "../../evaluation/results/accuracy-row.ts";
import type { ResultMetrics } from "../../evaluation/results/metrics-file.ts";
import type { MetricValue } from "../../evaluation/scoring/metrics/metric.ts";
import { figureOf } from "../../evaluation/scoring/metrics/registry.ts";
import { keyText } from "../../foundation/evaluation-key.ts";
import { binomialInterval } from "../../foundation/statistics/binomial-interval.ts";
import type { ReportResult } from "./report-data.ts";

/**
 * Joins top-1 accuracies with the metrics of their runs. The interval of a row without metrics is the Clopper–Pearson
 * interval for the nearest whole number of correct images.
 *
 * @param rows     duplicates are allowed if they agree
 * @param metrics  metrics of the rows that come from a results folder
 * @param defaults benchmark → its default protocol, for rows that name none
 * @throws InputError if two rows with the same key disagree
 */
export function joinResults(
  rows: readonly AccuracyRow[],
  metrics: readonly ResultMetrics[],
  defaults: ReadonlyMap<string, string>,
): ReportResult[] {
  const byKey = new Map(metrics.map((result) => [keyText(result), result]));
  return mergeRows(withDefaultProtocols(rows, defaults)).map((row) => {
    const found = byKey.get(keyText(row));
    const accuracyFigure = figureOf(found?.metrics ?? [], { id: row.metric });
    const others = (found?.metrics ?? []).filter(({ metric }) => metric !== row.metric);
    return { ...row, where: "", ...bounds(row, accuracyFigure), others };
  });
}

function bounds({ accuracy, n }: AccuracyRow, figure: MetricValue | undefined): Pick<ReportResult, "low" | "high"> {
  if (figure !== undefined) return { low: figure.low, high: figure.high };
  return n === null ? { low: null, high: null } : binomialInterval(Math.round(accuracy * n), n);
}
