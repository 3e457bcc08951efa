import { InputError } from "../../foundation/errors.ts";
import { norm, orthogonalPart } from "../../foundation/math/orthogonal-part.ts";

/** The collinearity of columns within groups, which makes their effects hard to separate. */
export interface ColumnInflation {
  /** (m, m) Pearson correlations of the columns within groups */
  readonly correlations: readonly (readonly number[])[];
  /**
   * m variance inflation factors 1 / (1 − R²) of each column on the others within groups; Infinity if they determine it
   */
  readonly inflation: readonly number[];
}

/**
 * Measures how columns are confounded within groups, after subtracting group means.
 *
 * @param columns m columns of n
 * @param groups  indicator columns of n, one per group; a column of ones without groups
 * @returns for a column that is constant within groups, correlations are NaN and the inflation is Infinity
 * @see D. A. Belsley, E. Kuh, R. E. Welsch, Regression Diagnostics, 1980, section 3.1
 */
export function columnInflation(
  columns: readonly (readonly number[])[],
  groups: readonly (readonly number[])[],
): ColumnInflation {
  const within = columns.map((column) => orthogonalPart(column, groups));
  const isConstant = within.map((column, c) => norm(column) <= 1e-9 * norm(columns[c] as readonly number[]));
  const correlation = (a: number, b: number) => {
    if (isConstant[a] || isConstant[b]) return Number.NaN;
    if (a === b) return 1;
    const [u, v] = [within[a] as Float64Array, within[b] as Float64Array];
    const product = u.reduce((sum, value, i) => sum + value * (v[i] as number), 0);
    return Math.max(-1, Math.min(1, product / (norm(u) * norm(v))));
  };
  return {
    correlations: columns.map((_, a) => columns.map((__, b) => correlation(a, b))),
    inflation: within.map((column, c) => {
      if (isConstant[c]) return Number.POSITIVE_INFINITY;
      const left = norm(
        orthogonalPart(
          column,
          within.filter((__, at) => at !== c),
        ),
      );
      const share = left / norm(column);
      return share <= 1e-9 ? Number.POSITIVE_INFINITY : 1 / share ** 2;
    }),
  };
}

/** Above this value the separation of the columns' effects is rounding noise. */
const MAX_INFLATION = 1000;

/**
 * @param columns names of the columns
 * @param hasGroups whether there is more than one group
 * @param option option that names the columns
 * @throws InputError if a column does not vary within groups, or other columns determine it
 */
export function checkInflation(
  columns: readonly string[],
  { inflation, correlations }: ColumnInflation,
  hasGroups: boolean,
  option: string,
): void {
  const within = hasGroups ? " within groups" : "";
  columns.forEach((column, c) => {
    if (Number.isNaN(correlations[c]?.[c]))
      throw new InputError(`${column} does not vary${within}, so it has no effect there`);
    if ((inflation[c] as number) <= MAX_INFLATION) return;
    const otherColumns = columns.filter((_, at) => at !== c).join(", ");
    throw new InputError(
      `${column} is determined by ${otherColumns}${within}, so their effects cannot be separated: specify fewer columns in ${option}, or evaluate checkpoints in which they vary separately`,
    );
  });
}
