import type { MixtureComparison, MixtureStudy } from "../../analysis/robustness/mixture-study.ts";
import { computed, formatCsv } from "../../foundation/files/format-csv.ts";
import { LINE_COLUMNS, lineCells } from "./line-cells.ts";
import { adjustedCells, effectCells, fillColumns, testCells } from "./test-cells.ts";

const MIXTURE_COLUMNS = [
  "sources",
  ...LINE_COLUMNS,
  "scale",
  "n",
  "at_id_accuracy",
  "quantity",
  "source",
  "against",
  "estimate",
  "low",
  "high",
  "f",
  "df1",
  "df2",
  "p",
  "p_holm",
  "family",
  "replicates",
  "verdict",
  "noise",
] as const;
const PLACE_COLUMNS = [
  "sources",
  ...LINE_COLUMNS,
  "scale",
  "shares",
  "n",
  "at_id_accuracy",
  "accuracy",
  "expected_accuracy",
  "difference",
  "difference_low",
  "difference_high",
  "better_source",
  "from_better",
  "from_better_low",
  "from_better_high",
  "noise",
] as const;

/**
 * The text of `mixtures.csv`: for each benchmark the tests of `slopes`, `heights` (dilution) and `lack-of-fit`
 * (linearity in the shares), and the effects of sources on the scale at `at_id_accuracy`. `p_holm` is adjusted over all
 * `family` p values of the file.
 */
export function formatMixtures(study: MixtureStudy): string {
  const rows = study.comparisons.flatMap((comparison) => {
    const key = keyCells(study, comparison, comparison.n);
    const { slopes, heights, lackOfFit, verdict } = comparison;
    const tests = (
      [
        ["slopes", slopes],
        ["heights", heights],
        ["lack-of-fit", lackOfFit],
      ] as const
    ).flatMap(([quantity, test]) =>
      test === null ? [] : [{ ...key, quantity, ...testCells(test, study.familySize), verdict }],
    );
    const effects = comparison.effects.map((effect) => ({
      ...key,
      quantity: "effect",
      source: study.sources[effect.source],
      against: againstOf(study.sources, effect.source),
      ...effectCells(effect),
      ...adjustedCells(effect, study.familySize),
      verdict,
    }));
    return [...tests, ...effects];
  });
  return formatCsv(
    MIXTURE_COLUMNS,
    rows.map((row) => fillColumns(MIXTURE_COLUMNS, row)),
  );
}

/** The text of `mixture-places.csv`: the position of each mixture between its parts; differences are on the scale. */
export function formatMixturePlaces(study: MixtureStudy): string {
  const rows = study.comparisons.flatMap((comparison) =>
    comparison.places.map((place) => ({
      ...keyCells(study, comparison, place.n),
      shares: sharesText(place.shares),
      accuracy: computed(place.accuracy),
      expected_accuracy: computed(place.expectedAccuracy),
      difference: computed(place.difference.estimate),
      difference_low: computed(place.difference.low),
      difference_high: computed(place.difference.high),
      better_source: study.sources[place.betterSource],
      from_better: computed(place.fromBetter.estimate),
      from_better_low: computed(place.fromBetter.low),
      from_better_high: computed(place.fromBetter.high),
    })),
  );
  return formatCsv(PLACE_COLUMNS, rows);
}

/** The reference of a source's effect: the other source, or equal shares of the others. */
export function againstOf(sources: readonly string[], source: number): string {
  return sources.filter((_, at) => at !== source).join(";");
}

function keyCells({ sources, scale }: MixtureStudy, comparison: MixtureComparison, n: number) {
  return {
    sources: sources.join(";"),
    ...lineCells(comparison),
    scale,
    n,
    at_id_accuracy: computed(comparison.at),
    noise: comparison.noise,
  };
}

function sharesText(shares: readonly number[]): string {
  return shares.map((share) => computed(share)).join(";");
}
