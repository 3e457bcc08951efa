/**
 * A linear model of lines: the true accuracy under the shift, on the scale, is heights · a + (slopes · b) ξ + scatter, where
 * ξ is the true in-distribution accuracy. Groups are indicator columns; mixtures are columns of shares; the logarithm of the
 * samples seen is a column of heights.
 */
export interface LineTerms {
  /** (n, number of heights): one row a point */
  readonly heights: readonly (readonly number[])[];
  /** (n, number of slopes) */
  readonly slopes: readonly (readonly number[])[];
}

/** One line for all of n points. */
export function commonLine(n: number): LineTerms {
  const column = Array.from({ length: n }, () => [1]);
  return { heights: column, slopes: column };
}

/**
 * Lines of groups, one indicator column a group.
 *
 * @param groups (n,) number of each point's group, from 0
 * @param which  `separate`: a slope and a height for each; `parallel`: one slope, a height for each
 */
export function groupLines(groups: readonly number[], which: "separate" | "parallel"): LineTerms {
  const count = Math.max(...groups) + 1;
  const indicators = groups.map((group) => Array.from({ length: count }, (_, column) => (column === group ? 1 : 0)));
  return { heights: indicators, slopes: which === "separate" ? indicators : groups.map(() => [1]) };
}

/** The same lines with more columns of heights: what moves heights alike in every group and at every x. */
export function withHeights({ heights, slopes }: LineTerms, columns: readonly (readonly number[])[]): LineTerms {
  return { heights: heights.map((row, i) => [...row, ...(columns[i] ?? [])]), slopes };
}
