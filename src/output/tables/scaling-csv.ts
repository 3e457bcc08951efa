import type { ScalingComparison, ScalingStudy } from "../../analysis/robustness/scaling-study.ts";
import { computed, formatCsv } from "../../foundation/files/format-csv.ts";
import { LINE_COLUMNS, lineCells } from "./line-cells.ts";
import { adjustedCells, effectCells, fillColumns, testCells } from "./test-cells.ts";

const COLUMNS = [
  "column",
  "transform",
  "group_by",
  ...LINE_COLUMNS,
  "scale",
  "n",
  "groups",
  "quantity",
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
  "variance_inflation",
  "correlations",
  "noise",
] as const;

/**
 * The text of `scaling.csv`: the effect of each column on the scale, `along` the line and `above` it, per doubling
 * (`transform` log2) or unit; then whether all columns `together` change the height, and whether the groups' `slopes`
 * differ.
 *
 * @param groupBy column that defines the groups; empty if there are none
 */
export function formatScaling(study: ScalingStudy, groupBy: string): string {
  const rows = study.comparisons.flatMap((comparison) => {
    const keyCells = {
      group_by: groupBy,
      ...lineCells(comparison),
      scale: study.scale,
      n: comparison.n,
      groups: groupBy === "" ? null : comparison.groups.length,
      noise: comparison.noise,
    };
    const effects = comparison.effects.flatMap(({ column, inflation, ...effect }, c) =>
      (["along", "above"] as const).map((quantity) => ({
        ...keyCells,
        column,
        transform: study.columns[c]?.transform,
        quantity,
        ...effectCells(effect[quantity]),
        ...adjustedCells(effect[quantity], study.familySize),
        variance_inflation: computed(inflation),
        correlations: correlationsText(comparison, c),
      })),
    );
    const tests = (["together", "slopes"] as const).flatMap((quantity) => {
      const test = comparison[quantity];
      return test === null ? [] : [{ ...keyCells, column: "", quantity, ...testCells(test, study.familySize) }];
    });
    return [...effects, ...tests];
  });
  return formatCsv(
    COLUMNS,
    rows.map((row) => fillColumns(COLUMNS, row)),
  );
}

/** Formats the correlations with the other columns: `steps 0.93`. */
function correlationsText({ effects, correlations }: ScalingComparison, c: number): string {
  const texts = effects.map(({ column }, at) => `${column} ${Number(correlations[c]?.[at]?.toPrecision(4))}`);
  return texts.filter((_, at) => at !== c).join(";");
}
