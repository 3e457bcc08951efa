/**
 * A linear model of lines: the true accuracy under the shift, on the scale, is heights · a + (slopes · b) ξ + scatter, where
 * ξ is the true in-distribution accuracy. Groups are indicator columns; mixtures are columns of shares; the logarithm of the
 * samples seen is a column of heights.
 */
export interface LineTerms {
  /** (n, number of heights): one row per point */
  readonly heights: readonly (readonly number[])[];
  /** (n, number of slopes) */
  readonly slopes: readonly (readonly number[])[];
}

/** Returns the terms of one line for n points. */
export function commonLine(n: number): LineTerms {
  const column = Array.from({ length: n }, () => [1]);
  return { heights: column, slopes: column };
}

/**
 * Returns the terms of lines of groups, with one indicator column per group.
 *
 * @param groups (n,) group of each point, numbered from 0
 * @param which  `separate`: a slope and a height per group; `parallel`: one slope, a height per group
 */
export function groupLines(groups: readonly number[], which: "separate" | "parallel"): LineTerms {
  const count = Math.max(...groups) + 1;
  const indicators = groups.map((group) => Array.from({ length: count }, (_, column) => (column === group ? 1 : 0)));
  return { heights: indicators, slopes: which === "separate" ? indicators : groups.map(() => [1]) };
}

/** Adds height columns, which change heights equally in every group and at every x. */
export function withHeights({ heights, slopes }: LineTerms, columns: readonly (readonly number[])[]): LineTerms {
  return { heights: heights.map((row, i) => [...row, ...(columns[i] ?? [])]), slopes };
}
