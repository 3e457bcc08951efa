import { type AccuracyRow, mergeRows, withDefaultProtocols } from "../../evaluation/results/accuracy-row.ts";
import type { ResultMetrics } from "../../evaluation/results/result-folder.ts";
import type { Metric } from "../../evaluation/scoring/accuracy.ts";
import { binomialInterval } from "../../foundation/statistics/binomial-interval.ts";
import type { ReportResult } from "./report-data.ts";

/**
 * Joins top-1 accuracies with the metrics of the runs they are from. Where a row has none, its interval is
 * Clopper–Pearson's for the nearest whole number of images right.
 *
 * @param rows     each may be there several times, if it says the same
 * @param metrics  of those rows that come from a results folder
 * @param defaults benchmark → its default protocol, for rows that name none
 * @throws InputError if two rows of one key disagree
 */
export function joinResults(
  rows: readonly AccuracyRow[],
  metrics: readonly ResultMetrics[],
  defaults: ReadonlyMap<string, string>,
): ReportResult[] {
  const byKey = new Map(metrics.map((one) => [key(one.checkpoint, { ...one, classNames: one.class_names }), one]));
  return mergeRows(withDefaultProtocols(rows, defaults)).map((row) => {
    const found = byKey.get(key(row.model, row));
    const top1 = found?.metrics.find(({ metric }) => metric === "top1");
    const others = (found?.metrics ?? []).filter(({ metric }) => metric !== "top1");
    return { ...row, where: "", ...bounds(row, top1), others };
  });
}

function bounds({ accuracy, n }: AccuracyRow, top1: Metric | undefined): Pick<ReportResult, "low" | "high"> {
  if (top1 !== undefined) return { low: top1.low, high: top1.high };
  return n === null ? { low: null, high: null } : binomialInterval(Math.round(accuracy * n), n);
}

function key(
  checkpoint: string,
  {
    benchmark,
    protocol,
    templates,
    classNames,
  }: Pick<AccuracyRow, "benchmark" | "protocol" | "templates" | "classNames">,
): string {
  return JSON.stringify([checkpoint, benchmark, protocol, templates, classNames]);
}
