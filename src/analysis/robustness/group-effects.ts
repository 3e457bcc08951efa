import { testEquivalence } from "../lines/equivalence.ts";
import { type Contrast, type Effect, type EffectOptions, estimateEffects, studentP } from "../lines/estimate-effect.ts";
import type { LinePoint } from "../lines/line-point.ts";
import { groupLines, withHeights } from "../lines/line-terms.ts";

/** The difference of two groups' lines on the scale, with errors in x taken into account. */
export interface GroupDifference {
  /** numbers of the groups: `group` minus `reference` */
  readonly group: number;
  readonly reference: number;
  readonly effect: Effect;
}

/** Options for estimating effects of groups. */
export interface GroupEffectOptions extends EffectOptions {
  /** (n, m) columns that heights are adjusted for, each centered on its mean; default: none */
  readonly adjusted?: readonly (readonly number[])[];
}

/** Lists all pairs of groups, by number. */
export function groupPairs(groups: number): (readonly [number, number])[] {
  const all = Array.from({ length: groups }, (_, group) => group);
  return all.flatMap((a) => all.slice(a + 1).map((b) => [b, a] as const));
}

/** A test whether all groups have the same slope or height, that is, whether no pair differs. */
export interface PairsTest extends Pick<GroupDifference, "group" | "reference"> {
  /** for the pair with the smallest p: its difference in standard errors */
  readonly t: number;
  readonly degreesOfFreedom: number;
  /** share of data sets, the observed one included, whose smallest p of any pair is at most the observed one */
  readonly p: number;
  readonly replicates: number;
}

/**
 * Tests whether any pair differs, by the pair that differs most clearly. The groups differ if a `family` interval of a
 * pair excludes 0.
 *
 * @param differences of all pairs, at least one, with simulated data sets
 * @see P. H. Westfall & S. S. Young, Resampling-Based Multiple Testing, 1993, section 2.3
 */
export function testPairs(differences: readonly GroupDifference[]): PairsTest {
  const clearest = differences.reduce((best, difference) => (pOf(difference) < pOf(best) ? difference : best));
  const { group, reference, effect } = clearest;
  return {
    group,
    reference,
    t: effect.estimate / effect.se,
    degreesOfFreedom: effect.degreesOfFreedom,
    p: effect.family.p,
    replicates: effect.simulatedP?.length ?? 0,
  };
}

function pOf({ effect }: GroupDifference): number {
  return studentP(effect.estimate, effect);
}

/** Estimates differences of the groups' slopes. */
export function slopeDifferences(
  points: readonly LinePoint[],
  groups: readonly number[],
  pairs: readonly (readonly [number, number])[],
  options: GroupEffectOptions,
): GroupDifference[] {
  const zero = new Array<number>(Math.max(...groups) + 1).fill(0);
  const contrasts = pairs.map((pair) => ({ heights: zero, slopes: signs(pair, zero.length) }));
  return differences(points, groups, "separate", pairs, contrasts, options);
}

/**
 * Estimates differences of the groups' heights.
 *
 * @param at x on the scale at which lines of different slopes are compared; null: they have one common slope
 */
export function heightDifferences(
  points: readonly LinePoint[],
  groups: readonly number[],
  pairs: readonly (readonly [number, number])[],
  at: number | null,
  options: GroupEffectOptions,
): GroupDifference[] {
  const contrasts = pairs.map((pair) => {
    const heights = signs(pair, Math.max(...groups) + 1);
    return { heights, slopes: at === null ? [0] : heights.map((sign) => sign * at) };
  });
  return differences(points, groups, at === null ? "parallel" : "separate", pairs, contrasts, options);
}

/**
 * A test whether all pairs of lines are closer than a margin between two accuracies, with the differences that remain
 * possible.
 */
export interface OneLineTest {
  /** on the scale */
  readonly margin: number;
  /**
   * largest p of the two one-sided tests of any pair at either end; lines that are closer at both ends are closer in
   * between
   */
  readonly p: number;
  /** largest difference in any pair's 90 % interval at either end, on the scale */
  readonly atMost: number;
}

/**
 * @param ends ends of the tested range of x, on the scale
 * @see R. L. Berger, Technometrics 24, 1982: the largest p of tests that must all reject needs no adjustment
 */
export function testOneLine(
  points: readonly LinePoint[],
  groups: readonly number[],
  pairs: readonly (readonly [number, number])[],
  ends: readonly number[],
  margin: number,
  options: GroupEffectOptions,
): OneLineTest {
  const tests = ends
    .flatMap((at) => heightDifferences(points, groups, pairs, at, options))
    .map(({ effect }) => testEquivalence(effect, margin));
  return {
    margin,
    p: Math.max(...tests.map(({ p }) => p)),
    atMost: Math.max(...tests.map(({ atMost }) => atMost)),
  };
}

function differences(
  points: readonly LinePoint[],
  groups: readonly number[],
  which: "separate" | "parallel",
  pairs: readonly (readonly [number, number])[],
  contrasts: readonly Contrast[],
  options: GroupEffectOptions,
): GroupDifference[] {
  const effects = estimateOfGroups(points, groups, which, contrasts, options);
  return pairs.map(([group, reference], i) => ({ group, reference, effect: effects[i] as Effect }));
}

/**
 * Estimates effects of the model of groups' lines. Contrasts are padded with zeros for adjusted columns that they do
 * not name.
 */
export function estimateOfGroups(
  points: readonly LinePoint[],
  groups: readonly number[],
  which: "separate" | "parallel",
  contrasts: readonly Contrast[],
  { adjusted = [], ...options }: GroupEffectOptions,
): Effect[] {
  const terms = withHeights(groupLines(groups, which), adjusted);
  const width = terms.heights[0]?.length ?? 0;
  const padded = contrasts.map(({ heights, slopes }) => ({
    heights: [...heights, ...new Array<number>(width - heights.length).fill(0)],
    slopes,
  }));
  return estimateEffects(points, terms, padded, { ...options, scatterGroups: groups });
}

function signs([group, reference]: readonly [number, number], count: number): number[] {
  return Array.from({ length: count }, (_, column) => (column === group ? 1 : column === reference ? -1 : 0));
}
