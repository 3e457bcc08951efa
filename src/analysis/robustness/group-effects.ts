import { testEquivalence } from "../lines/equivalence.ts";
import { type Contrast, type Effect, type EffectOptions, estimateEffects } from "../lines/estimate-effect.ts";
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

/** Of more groups than this every one is compared with the largest, not every pair. */
export const MOST_GROUPS_IN_PAIRS = 8;

/** The pairs of groups that are compared, by number. */
export function groupPairs(sizes: readonly number[]): (readonly [number, number])[] {
  const all = sizes.map((_, group) => group);
  if (sizes.length <= MOST_GROUPS_IN_PAIRS) return all.flatMap((a) => all.slice(a + 1).map((b) => [b, a] as const));
  const largest = sizes.indexOf(Math.max(...sizes));
  return all.filter((group) => group !== largest).map((group) => [group, largest] as const);
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
