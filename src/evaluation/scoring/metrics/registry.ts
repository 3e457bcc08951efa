import { meanPerClassRecall } from "./mean-per-class-recall.ts";
import type { Metric } from "./metric.ts";
import { top1 } from "./top1.ts";
import { top5 } from "./top5.ts";

/** Every metric, in the order that files and tables have them. */
export const METRICS: readonly Metric[] = [top1, top5, meanPerClassRecall];

/** The metric that an accuracy without a name is of: what tables show first, and what lines are fitted to. */
export const ACCURACY: Metric = top1;

/** The metric of an id; undefined for one of a later version. */
export function findMetric(id: string): Metric | undefined {
  return METRICS.find((metric) => metric.id === id);
}

/** A metric's figure among those of a result. */
export function figureOf<Figure extends { readonly metric: string }>(
  figures: readonly Figure[],
  { id }: Pick<Metric, "id">,
): Figure | undefined {
  return figures.find(({ metric }) => metric === id);
}
