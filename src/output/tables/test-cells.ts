import { type CsvCell, computed } from "../../foundation/files/format-csv.ts";

interface AdjustedP {
  readonly p: number | null;
  readonly pHolm: number | null;
}

/** Cells `p`, `p_holm` and the size of the family of the adjustment. */
export function adjustedCells({ p, pHolm }: AdjustedP, family: number) {
  return { p: computed(p), p_holm: computed(pHolm), family: p === null ? null : family };
}

/** Cells of an F test; `replicates` is empty for a test without simulation. */
export function testCells(
  test: AdjustedP & {
    readonly statistic: number;
    readonly df1: number;
    readonly df2: number;
    readonly replicates?: number;
  },
  family: number,
) {
  return {
    f: computed(test.statistic),
    df1: test.df1,
    df2: computed(test.df2),
    ...adjustedCells(test, family),
    replicates: test.replicates ?? null,
  };
}

/** Cells of an effect on the scale. */
export function effectCells({
  estimate,
  low,
  high,
  degreesOfFreedom,
}: Record<"estimate" | "low" | "high" | "degreesOfFreedom", number>) {
  return {
    estimate: computed(estimate),
    low: computed(low),
    high: computed(high),
    df2: computed(degreesOfFreedom),
  };
}

/** Fills the missing columns of a row with empty cells. */
export function fillColumns<Column extends string>(
  columns: readonly Column[],
  cells: Partial<Record<Column, CsvCell>>,
): Record<Column, CsvCell> {
  return Object.fromEntries(columns.map((column) => [column, cells[column]])) as Record<Column, CsvCell>;
}
