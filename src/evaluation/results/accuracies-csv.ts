import { formatCsv } from "../../foundation/files/format-csv.ts";
import type { Metric } from "../scoring/accuracy.ts";

/** The columns of `accuracies.csv`. */
export const ACCURACY_COLUMNS = [
  ...["checkpoint", "benchmark", "protocol", "templates", "class_names"],
  ...["metric", "value", "low", "high", "interval", "correct", "n", "expected_n"],
] as const;

/** What the table needs of a result; what is not known is null. */
export interface AccuraciesOfResult {
  readonly checkpoint: string;
  readonly benchmark: string;
  readonly protocol: string;
  readonly templates: string;
  readonly class_names: string;
  readonly expected_n: number | null;
  readonly metrics: readonly {
    readonly metric: Metric["metric"];
    readonly value: number;
    readonly low: number | null;
    readonly high: number | null;
    readonly interval: Metric["interval"] | null;
    readonly correct: number | null;
    readonly n: number | null;
  }[];
}

/** The text of `accuracies.csv`: one row a metric, fractions in [0, 1], ordered by what the rows are of. */
export function formatAccuracies(results: readonly AccuraciesOfResult[]): string {
  const rows = results.flatMap((result) => result.metrics.map((metric) => ({ ...result, ...metric })));
  return formatCsv(ACCURACY_COLUMNS, rows);
}
