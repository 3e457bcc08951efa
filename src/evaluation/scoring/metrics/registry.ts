import { meanPerClassRecall } from "./mean-per-class-recall.ts";
import type { Metric } from "./metric.ts";
import { top1 } from "./top1.ts";
import { top5 } from "./top5.ts";

/** All metrics, in the order of files and tables. */
export const METRICS: readonly Metric[] = [top1, top5, meanPerClassRecall];

/** The default metric of an accuracy, which tables show first and lines are fitted to. */
export const ACCURACY: Metric = top1;

/** Finds a metric by id; undefined for one of a later version. */
export function findMetric(id: string): Metric | undefined {
  return METRICS.find((metric) => metric.id === id);
}

/** Finds a metric's value among those of a result. */
export function figureOf<Figure extends { readonly metric: string }>(
  figures: readonly Figure[],
  { id }: Pick<Metric, "id">,
): Figure | undefined {
  return figures.find(({ metric }) => metric === id);
}
