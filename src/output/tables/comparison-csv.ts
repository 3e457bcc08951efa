import type { BenchmarkComparison } from "../../analysis/comparison/compare-checkpoints.ts";
import type { NearestRow } from "../../analysis/robustness/compare-nearest.ts";
import type { TaskKey } from "../../foundation/evaluation-key.ts";
import { computed, formatCsv } from "../../foundation/files/format-csv.ts";

const COLUMNS = [
  "first",
  "second",
  "pairing",
  "benchmark",
  "protocol",
  "templates",
  "class_names",
  "first_accuracy",
  "second_accuracy",
  "difference",
  "low",
  "high",
  "interval",
  "both",
  "only_first",
  "only_second",
  "neither",
  "p",
  "p_holm",
  "kappa",
  "kappa_low",
  "kappa_high",
  "minimum_detectable_difference",
  "first_step_level",
  "n",
  "expected_n",
] as const;

/** Values of the columns that exist only for comparisons on the same images. */
const UNPAIRED = {
  both: null,
  only_first: null,
  only_second: null,
  neither: null,
  p: null,
  p_holm: null,
  kappa: null,
  kappa_low: null,
  kappa_high: null,
  minimum_detectable_difference: null,
  first_step_level: null,
};

/**
 * Formats comparisons as a tidy CSV: one row per pair and benchmark, fractions in [0, 1]. `pairing` is `paired`
 * (interval `tango`) or `unpaired` (a published model, interval `newcombe-independent`); missing values are empty.
 */
export function formatComparisons(
  rows: readonly Omit<BenchmarkComparison, "onlyFirstImages" | "onlySecondImages" | "classes">[],
  nearest: readonly NearestRow[],
): string {
  const paired = rows.map((row) => ({
    first: row.first,
    second: row.second,
    pairing: "paired",
    ...setCells(row),
    ...differenceCells(row.firstAccuracy, row.secondAccuracy, row),
    interval: row.interval,
    both: row.both,
    only_first: row.onlyFirst,
    only_second: row.onlySecond,
    neither: row.neither,
    p: computed(row.p),
    p_holm: computed(row.pHolm),
    kappa: computed(row.errorConsistency?.kappa ?? null),
    kappa_low: computed(row.errorConsistency?.low ?? null),
    kappa_high: computed(row.errorConsistency?.high ?? null),
    minimum_detectable_difference: computed(row.minimumDetectableDifference),
    first_step_level: computed(row.firstStepLevel),
  }));
  const unpaired = nearest.map((row) => ({
    ...UNPAIRED,
    first: row.checkpoint,
    second: row.model,
    pairing: "unpaired",
    ...setCells(row),
    ...differenceCells(row.accuracy, row.modelAccuracy, row),
    interval: row.low === null ? null : "newcombe-independent",
  }));
  return formatCsv(COLUMNS, [...paired, ...unpaired]);
}

function setCells({
  benchmark,
  protocol,
  templates,
  classNames,
  n,
  expectedN,
}: TaskKey & Pick<NearestRow, "n" | "expectedN">) {
  return { benchmark, protocol, templates, class_names: classNames, n, expected_n: expectedN };
}

function differenceCells(
  first: number,
  second: number,
  { difference, low, high }: Pick<NearestRow, "difference" | "low" | "high">,
) {
  return {
    first_accuracy: computed(first),
    second_accuracy: computed(second),
    difference: computed(difference),
    low: computed(low),
    high: computed(high),
  };
}
