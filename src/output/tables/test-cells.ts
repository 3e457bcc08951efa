import { type CsvCell, computed } from "../../foundation/files/format-csv.ts";

interface AdjustedP {
  readonly p: number | null;
  readonly pHolm: number | null;
}

/** `p`, `p_holm`, and over how many p values it is adjusted. */
export function adjustedCells({ p, pHolm }: AdjustedP, family: number) {
  return { p: computed(p), p_holm: computed(pHolm), family: p === null ? null : family };
}

/** Of an F test; `replicates` are empty of a test that simulates nothing. */
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

/** Of an effect on the scale. */
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

/** A row with an empty cell in each column that it has none of. */
export function fillColumns<Column extends string>(
  columns: readonly Column[],
  cells: Partial<Record<Column, CsvCell>>,
): Record<Column, CsvCell> {
  return Object.fromEntries(columns.map((column) => [column, cells[column]])) as Record<Column, CsvCell>;
}
