import type { PairedDecision } from "../../../analysis/comparison/decide-together.ts";
import type { PairedCounts } from "../../../analysis/comparison/paired-comparison.ts";
import { formatAccuracies } from "../../../evaluation/results/accuracies-csv.ts";
import { type TaskKey, taskKey } from "../../../foundation/evaluation-key.ts";
import { formatComparisons } from "../../tables/comparison-csv.ts";
import type { ImageSetDetails, ReportResult } from "../report-data.ts";

/** Two checkpoints on one image set. */
export interface ComparedSet extends PairedCounts, PairedDecision {
  readonly set: TaskKey & Pick<ImageSetDetails, "expectedN">;
}

/** Formats the results of a report as `accuracies.csv`, as `evaluate` writes it. */
export function accuraciesCsv(results: readonly ReportResult[]): string {
  return formatAccuracies(
    results.map(({ metric, accuracy, low, high, n, others: _otherMetrics, ...result }) => {
      const interval = low === null ? null : "clopper-pearson";
      const correct = n === null ? null : Math.round(accuracy * n);
      return { ...result, metrics: [{ metric, value: accuracy, low, high, interval, correct, n }, ..._otherMetrics] };
    }),
  );
}

/** Formats a comparison as a tidy CSV with the columns of `shiftline compare --format csv`. */
export function comparisonsCsv(first: string, second: string, rows: readonly ComparedSet[]): string {
  return formatComparisons(
    rows.map(({ set, ...row }) => ({
      first,
      second,
      ...taskKey(set),
      expectedN: set.expectedN,
      ...row,
    })),
    [],
  );
}
