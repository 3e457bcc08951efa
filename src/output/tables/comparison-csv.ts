import type { BenchmarkComparison } from "../../analysis/comparison/compare-checkpoints.ts";
import type { NearestRow } from "../../analysis/robustness/compare-nearest.ts";
import { toSpreadsheetText } from "../../foundation/files/spreadsheet-text.ts";
import { csvNumber } from "./csv-number.ts";
import { toCsv } from "./wide-csv.ts";

const COLUMNS = [
  ...["first", "second", "pairing", "benchmark", "protocol", "templates", "class_names"],
  ...["first_accuracy", "second_accuracy", "difference", "low", "high", "interval"],
  ...["both", "only_first", "only_second", "neither", "p", "p_holm"],
  ...["kappa", "kappa_low", "kappa_high", "smallest_difference", "n", "expected_n"],
];

/**
 * Comparisons as a tidy CSV: one row a pair and benchmark, fractions in [0, 1]. `pairing` is `paired` (interval `tango`)
 * or `unpaired` (a published model, interval `newcombe-independent`); what there is not is empty.
 */
export function formatComparisons(
  rows: readonly Omit<BenchmarkComparison, "onlyFirstImages" | "onlySecondImages" | "classes">[],
  nearest: readonly NearestRow[],
): string {
  const paired = rows.map((row) => ({
    ...names(row.first, row.second, "paired", row),
    ...figures(row.firstAccuracy, row.secondAccuracy, row),
    interval: row.interval,
    both: String(row.both),
    only_first: String(row.onlyFirst),
    only_second: String(row.onlySecond),
    neither: String(row.neither),
    p: csvNumber(row.p),
    p_holm: csvNumber(row.pHolm),
    kappa: csvNumber(row.errorConsistency?.kappa ?? null),
    kappa_low: csvNumber(row.errorConsistency?.low ?? null),
    kappa_high: csvNumber(row.errorConsistency?.high ?? null),
    smallest_difference: csvNumber(row.smallestDifference),
  }));
  const unpaired = nearest.map((row) => ({
    ...names(row.checkpoint, row.model, "unpaired", row),
    ...figures(row.accuracy, row.modelAccuracy, row),
    interval: row.low === null ? "" : "newcombe-independent",
  }));
  const cells = [...paired, ...unpaired].map((row: Readonly<Record<string, string>>) =>
    COLUMNS.map((column) => row[column] ?? ""),
  );
  return toCsv([COLUMNS, ...cells]);
}

function names(
  first: string,
  second: string,
  pairing: string,
  row: Pick<NearestRow, "benchmark" | "protocol" | "templates" | "classNames" | "n" | "expectedN">,
): Record<string, string> {
  return {
    first: toSpreadsheetText(first),
    second: toSpreadsheetText(second),
    pairing,
    benchmark: toSpreadsheetText(row.benchmark),
    protocol: toSpreadsheetText(row.protocol),
    templates: toSpreadsheetText(row.templates),
    class_names: toSpreadsheetText(row.classNames),
    n: String(row.n ?? ""),
    expected_n: String(row.expectedN ?? ""),
  };
}

function figures(
  first: number,
  second: number,
  row: Pick<NearestRow, "difference" | "low" | "high">,
): Record<string, string> {
  return {
    first_accuracy: csvNumber(first),
    second_accuracy: csvNumber(second),
    difference: csvNumber(row.difference),
    low: csvNumber(row.low),
    high: csvNumber(row.high),
  };
}
