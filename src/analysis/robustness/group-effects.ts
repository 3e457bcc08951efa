import { testEquivalence } from "../lines/equivalence.ts";
import { type Contrast, type Effect, type EffectOptions, estimateEffects, studentP } from "../lines/estimate-effect.ts";
import type { LinePoint } from "../lines/line-point.ts";
import { groupLines, withHeights } from "../lines/line-terms.ts";

/** A group's line less another's, on the scale, errors in x taken into account. */
export interface GroupDifference {
  /** numbers of the groups: the first less the second */
  readonly group: number;
  readonly reference: number;
  readonly effect: Effect;
}

/** How effects of groups are estimated. */
export interface GroupEffectOptions extends EffectOptions {
  /** (n, m) columns that heights are adjusted for, each about its mean; default: none */
  readonly adjusted?: readonly (readonly number[])[];
}

/** All pairs of groups, by number. */
export function groupPairs(groups: number): (readonly [number, number])[] {
  const all = Array.from({ length: groups }, (_, group) => group);
  return all.flatMap((a) => all.slice(a + 1).map((b) => [b, a] as const));
}

/** A test of whether all groups have the same slope, or height: none if no pair differs. */
export interface PairsTest extends Pick<GroupDifference, "group" | "reference"> {
  /** of the pair whose p is smallest: its difference in standard errors */
  readonly t: number;
  readonly degreesOfFreedom: number;
  /** share of the simulated data sets in which the smallest p of any pair is at most as small as here; the data set counts as one */
  readonly p: number;
  readonly replicates: number;
}

/**
 * Tests whether any pair differs, by the pair that differs most clearly: the groups differ where a `family` interval of a pair lies off 0.
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

/** Differences of the groups' slopes. */
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
 * Differences of the groups' heights.
 *
 * @param at on the scale: where lines of different slopes are compared; null: they share one slope
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

/** Whether all pairs of lines are shown to be closer than a margin between two accuracies; what else remains possible. */
export interface OneLineTest {
  /** on the scale */
  readonly margin: number;
  /** largest p of the two one-sided tests of any pair at either end: lines closer there are closer in between */
  readonly p: number;
  /** largest difference that any pair's 90 % interval at either end holds, on the scale */
  readonly atMost: number;
}

/**
 * @param ends of the range of x that is judged, on the scale
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

/** Effects of the model of groups' lines; contrasts have no heights of the adjusted columns unless they name them. */
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
