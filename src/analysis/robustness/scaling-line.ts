import { InputError } from "../../foundation/errors.ts";
import { studentTTwoSided } from "../../foundation/statistics/student-t.ts";
import { type Contrast, type Effect, estimateEffect } from "../lines/estimate-effect.ts";
import type { LinePoint } from "../lines/line-point.ts";
import type { LineTerms } from "../lines/line-terms.ts";
import { type ContrastTest, testContrasts } from "../lines/test-contrasts.ts";
import { type TermsTest, type TestOptions, testTerms } from "../lines/test-terms.ts";
import { checkInflation, columnInflation } from "./column-inflation.ts";

/** An effect per doubling (or per unit) of a column on the scale, with the other columns and the group fixed. */
export interface ColumnEffect extends Effect {
  readonly p: number;
}

export interface ScalingEffect {
  readonly column: string;
  /** change of the in-distribution accuracy: along the line */
  readonly along: ColumnEffect;
  /** change of the accuracy under the shift at a fixed in-distribution accuracy: above the line */
  readonly above: ColumnEffect;
  /** variance inflation factor: ratio of the variance to that with uncorrelated columns */
  readonly inflation: number;
}

/** The analysis of scaling on one benchmark and x axis. */
export interface ScalingLine {
  readonly n: number;
  readonly groups: readonly string[];
  readonly effects: readonly ScalingEffect[];
  /** (m, m) correlations of the columns within groups */
  readonly correlations: readonly (readonly number[])[];
  /** test whether the groups' slopes differ; null with one group, or too few points */
  readonly slopes: TermsTest | null;
  /** whether each group has a separate slope: the first test rejects at 0.05 */
  readonly slopesDiffer: boolean;
  /** test whether all columns together change heights; null with one column, whose effect is the same question */
  readonly together: ContrastTest | null;
}

/** Level of the test of slopes, which decides whether each group has a separate slope. */
const SLOPES_LEVEL = 0.05;

/**
 * Estimates the effects of columns, such as the samples seen, along the line and above it, in one model: a height for
 * each group, one slope (or one per group if they differ), and all columns together, so that each effect is at fixed
 * values of the others.
 *
 * @param points  n checkpoints
 * @param columns names of m columns
 * @param values  (n, m)
 * @param groups  (n,) group of each point
 * @throws InputError if the columns are collinear or constant within groups, or there are too few points
 */
export function analyzeScalingLine(
  points: readonly LinePoint[],
  columns: readonly string[],
  values: readonly (readonly number[])[],
  groups: readonly string[],
  options: TestOptions,
): ScalingLine {
  const n = points.length;
  const names = [...new Set(groups)].sort();
  const indicators = groups.map((group) => names.map((name) => (name === group ? 1 : 0)));
  const { correlations, inflation } = columnInflation(
    columns.map((_, c) => values.map((row) => row[c] as number)),
    names.map((_, g) => indicators.map((row) => row[g] as number)),
  );
  checkInflation(columns, { inflation, correlations }, names.length > 1, "--scaling");
  const parameters = names.length + columns.length + 1;
  if (n < parameters + 2)
    throw new InputError(
      `${columns.length} columns and ${names.length} groups need ${parameters + 2} checkpoints, got ${n}`,
    );
  const centers = columns.map((_, c) => values.reduce((sum, row) => sum + (row[c] as number), 0) / n);
  const heights = values.map((row, i) => [
    ...(indicators[i] as number[]),
    ...row.map((value, c) => value - (centers[c] as number)),
  ]);
  const constant = points.map(() => [1]);
  const test = (full: LineTerms, reduced: LineTerms) => testTerms(points, full, reduced, options);
  // A group of one checkpoint has a height that fits it exactly, and no slope
  const several = names.filter((name) => groups.indexOf(name) !== groups.lastIndexOf(name));
  const ofGroups = groups.map((group) => several.map((name) => (name === group ? 1 : 0)));
  const canAsk = several.length > 1 && n > parameters - 1 + several.length;
  const slopes = canAsk ? test({ heights, slopes: ofGroups }, { heights, slopes: constant }) : null;
  const slopesDiffer = slopes !== null && slopes.p < SLOPES_LEVEL;
  const terms = { heights, slopes: slopesDiffer ? ofGroups : constant };
  const along = { heights, slopes: points.map(() => []) };
  const contrasts = columns.map((_, c) => heightContrast(terms, names.length + c));
  const { noise } = options;
  const ofX = noise == null ? options : { ...options, noise: { ...noise, y: noise.x } };
  const asY = points.map(({ x, xImages }) => ({ x, xImages, y: x, yImages: xImages }));
  return {
    n,
    groups: names,
    effects: columns.map((column, c) => ({
      column,
      along: effectOf(asY, along, names.length + c, ofX),
      above: effectOf(points, terms, names.length + c, options),
      inflation: inflation[c] as number,
    })),
    correlations,
    slopes,
    slopesDiffer,
    together: columns.length > 1 ? testContrasts(points, terms, contrasts, options) : null,
  };
}

function effectOf(points: readonly LinePoint[], terms: LineTerms, at: number, options: TestOptions): ColumnEffect {
  const effect = estimateEffect(points, terms, heightContrast(terms, at), options);
  return { ...effect, p: studentTTwoSided(effect.estimate / effect.se, effect.degreesOfFreedom) };
}

/** Returns the contrast for one column of heights. */
function heightContrast({ heights, slopes }: LineTerms, at: number): Contrast {
  return {
    heights: (heights[0] ?? []).map((_, c) => (c === at ? 1 : 0)),
    slopes: (slopes[0] ?? []).map(() => 0),
  };
}
