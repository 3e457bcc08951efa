import type { EvaluationKey } from "../../foundation/evaluation-key.ts";
import { formatCsv } from "../../foundation/files/format-csv.ts";

/** Columns of `accuracies.csv`. */
export const ACCURACY_COLUMNS = [
  "checkpoint",
  "benchmark",
  "protocol",
  "templates",
  "class_names",
  "metric",
  "value",
  "low",
  "high",
  "interval",
  "correct",
  "n",
  "expected_n",
] as const;

/** A result in the table; unknown values are null. */
export interface ListedResult extends EvaluationKey {
  readonly expectedN: number | null;
  readonly metrics: readonly ListedFigure[];
}

/** A metric value as in `metrics.json`, possibly incomplete. */
export interface ListedFigure {
  readonly metric: string;
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
  readonly interval: string | null;
  readonly correct: number | null;
  readonly n: number | null;
}

/** Formats `accuracies.csv`: one row per metric, fractions in [0, 1], in the order of the results. */
export function formatAccuracies(results: readonly ListedResult[]): string {
  const rows = results.flatMap(({ metrics, classNames, expectedN, ...key }) =>
    metrics.map((figure) => ({ ...key, class_names: classNames, ...figure, expected_n: expectedN })),
  );
  return formatCsv(ACCURACY_COLUMNS, rows);
}
