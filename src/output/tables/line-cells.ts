import type { LineKey } from "../../analysis/robustness/line-key.ts";

/** The columns that identify a line, or a point compared with it. */
export const LINE_COLUMNS = ["benchmark", "protocol", "templates", "class_names", "id_side"] as const;
/** The same columns with the metrics of the accuracies under the shift and of the x axis. */
export const LINE_METRIC_COLUMNS = [
  "benchmark",
  "protocol",
  "templates",
  "class_names",
  "metric",
  "id_side",
  "id_metric",
] as const;

export function lineCells({
  benchmark,
  protocol,
  templates,
  classNames,
  metric,
  idSide,
  idMetric,
}: LineKey): Record<(typeof LINE_METRIC_COLUMNS)[number], string> {
  return { benchmark, protocol, templates, class_names: classNames, metric, id_side: idSide, id_metric: idMetric };
}
