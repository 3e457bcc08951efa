import { formatAccuracies } from "../../../evaluation/results/accuracies-csv.ts";
import { formatComparisons } from "../../tables/comparison-csv.ts";
import type { ReportResult } from "../report-data.ts";
import type { PairRow } from "./compare.tsx";

/** `accuracies.csv` of a report's results, as `evaluate` writes it. */
export function accuraciesCsv(results: readonly ReportResult[]): string {
  return formatAccuracies(
    results.map(({ model, classNames, expectedN, accuracy, low, high, n, others, ...of }) => ({
      ...of,
      checkpoint: model,
      class_names: classNames,
      expected_n: expectedN,
      metrics: [
        {
          metric: "top1",
          ...{ value: accuracy, low, high, n },
          interval: low === null ? null : "clopper-pearson",
          correct: n === null ? null : Math.round(accuracy * n),
        },
        ...others,
      ],
    })),
  );
}

/** A comparison as a tidy CSV, with the columns of `shiftline compare --format csv`. */
export function comparisonsCsv(first: string, second: string, rows: readonly PairRow[]): string {
  return formatComparisons(
    rows.map(({ set: { benchmark, protocol, templates, classNames, expectedN }, ...row }) => ({
      ...{ first, second, benchmark, protocol, templates, classNames, expectedN },
      ...row,
    })),
    [],
  );
}
