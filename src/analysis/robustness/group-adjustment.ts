import type { Effect } from "../lines/estimate-effect.ts";
import type { LinePoint } from "../lines/line-point.ts";
import { groupLines, withHeights } from "../lines/line-terms.ts";
import { type TermsTest, type TestOptions, testTerms } from "../lines/test-terms.ts";
import { checkInflation, columnInflation } from "./column-inflation.ts";
import { estimateOfGroups, type GroupEffectOptions } from "./group-effects.ts";
import type { ColumnsUse, ScalingValues } from "./scaling-columns.ts";

/** `fit --group-by --adjust`, for messages. */
export const ADJUST_USE: ColumnsUse = {
  option: "--adjust",
  name: "the groups' lines adjusted by --adjust",
  verb: "adjust for",
};

/** The adjustment of group heights on one benchmark. */
export interface GroupAdjustment {
  /** effects of the columns on heights, per doubling or unit, the same in every group */
  readonly effects: readonly Effect[];
  /** test whether the columns have the same effect in every group; null with too few points */
  readonly sameEffects: TermsTest | null;
}

/**
 * Returns the columns' values centered on their mean over a line's checkpoints: heights of groups are those of a
 * checkpoint with mean values.
 *
 * @param checkpoints n names, each with a value in every column
 * @param groups      (n,) group of each checkpoint, numbered from 0
 * @returns (n, m)
 * @throws InputError if a column does not vary within groups, or other columns determine it
 */
export function adjustedColumns(
  checkpoints: readonly string[],
  groups: readonly number[],
  { columns, values }: ScalingValues,
): number[][] {
  const rows = checkpoints.map((checkpoint) => values.get(checkpoint) as readonly number[]);
  const count = Math.max(...groups) + 1;
  const inflation = columnInflation(
    columns.map((_, c) => rows.map((row) => row[c] as number)),
    Array.from({ length: count }, (_, g) => groups.map((group) => (group === g ? 1 : 0))),
  );
  const names = columns.map(({ column }) => column);
  checkInflation(names, inflation, count > 1, ADJUST_USE.option);
  const means = columns.map((_, c) => rows.reduce((sum, row) => sum + (row[c] as number), 0) / rows.length);
  return rows.map((row) => row.map((value, c) => value - (means[c] as number)));
}

/**
 * Estimates the effects of the columns, and tests the assumption that they are the same in every group.
 *
 * @param which   the chosen model of the groups' lines
 * @param options with the columns
 */
export function describeAdjustment(
  points: readonly LinePoint[],
  groups: readonly number[],
  which: "separate" | "parallel",
  options: GroupEffectOptions,
  asTest: TestOptions,
): GroupAdjustment {
  const { adjusted = [] } = options;
  const count = Math.max(...groups) + 1;
  const width = adjusted[0]?.length ?? 0;
  const slopes = new Array<number>(which === "separate" ? count : 1).fill(0);
  const contrasts = Array.from({ length: width }, (_, column) => ({
    heights: Array.from({ length: count + width }, (__, at) => (at === count + column ? 1 : 0)),
    slopes,
  }));
  const ofGroups = withHeights(groupLines(groups, which), adjusted);
  // The effect in the first group is the coefficient of the column itself
  const products = adjusted.map((row, i) =>
    Array.from({ length: count - 1 }, (_, g) => row.map((value) => (groups[i] === g + 1 ? value : 0))).flat(),
  );
  return {
    effects: estimateOfGroups(points, groups, which, contrasts, options),
    sameEffects: orNull(() => testTerms(points, withHeights(ofGroups, products), ofGroups, asTest)),
  };
}

/** Runs a test; returns null if it has too few points. */
function orNull(test: () => TermsTest): TermsTest | null {
  try {
    return test();
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
