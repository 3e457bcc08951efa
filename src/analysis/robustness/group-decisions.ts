import { InputError } from "../../foundation/errors.ts";
import { EFFECT_REPLICATES } from "../lines/estimate-effect.ts";
import { type FitScale, scaleFunctions } from "../lines/fit-scale.ts";
import { groupLines, type LineTerms, withHeights } from "../lines/line-terms.ts";
import { scalePoints } from "../lines/scaled-points.ts";
import { type NoiseModel, noiseOf } from "../lines/shared-noise.ts";
import { type TermsTest, testTerms } from "../lines/test-terms.ts";
import { adjustedColumns, describeAdjustment, type GroupAdjustment } from "./group-adjustment.ts";
import {
  type GroupDifference,
  type GroupEffectOptions,
  groupPairs,
  heightDifferences,
  type OneLineTest,
  type PairsTest,
  slopeDifferences,
  testOneLine,
  testPairs,
} from "./group-effects.ts";
import { type HeightsAt, heightsAt } from "./group-heights.ts";
import type { GroupComparison } from "./group-lines.ts";
import { type Adjusted, holmFamily, replicatesFor } from "./holm-family.ts";
import type { ScalingValues } from "./scaling-columns.ts";
import { isInfinite, toLinePoint } from "./study-points.ts";

/** The verdict about the groups' lines. */
export type GroupVerdict = "slopes-differ" | "heights-differ" | "one-line" | "no-difference-shown" | "not-tested";

/**
 * The decision tree of one benchmark and x axis: slopes first, heights if equal slopes are not rejected, then whether
 * it is one line.
 */
export interface GroupDecisions {
  readonly verdict: GroupVerdict;
  /** null with too few points, or if they are exactly on their lines */
  readonly tests: null | {
    readonly slopes: Adjusted<TermsTest>;
    /** null if equal slopes are rejected: the order of heights then depends on x */
    readonly heights: Adjusted<PairsTest> | null;
    /** null if no x is common to all groups */
    readonly oneLine: Adjusted<OneLineTest> | null;
  };
  /** range of in-distribution accuracies common to all groups, and its middle on the scale; null if there is none */
  readonly common: { readonly low: number; readonly high: number; readonly middle: number } | null;
  readonly slopes: readonly GroupDifference[];
  /** at the middle of the common x if slopes differ; descriptive, without a p */
  readonly heights: readonly GroupDifference[];
  /** at the requested in-distribution accuracy; null if none was requested */
  readonly at: HeightsAt | null;
  /** null if heights are not adjusted */
  readonly adjustment: GroupAdjustment | null;
  /** why nothing could be tested; null if something was tested, or the points are exactly on their lines */
  readonly fault: string | null;
  readonly noise: NoiseModel;
}

export interface DecisionOptions {
  readonly scale: FitScale;
  /** on the scale: closer lines count as one line; default: {@link marginOf} the scale */
  readonly margin?: number;
  /** number of simulated data sets of a test; default: 1999, or as many as Holm's adjustment needs to reach p = 0.01 */
  readonly replicates?: number;
  /** number of simulated data sets of differences that are descriptive or compared with the margin; default: 499 */
  readonly effectReplicates?: number;
  /** in-distribution accuracy at which heights are also given, a fraction in (0, 1) */
  readonly at?: number;
  /**
   * columns that heights are adjusted for, with values of every checkpoint in the comparisons; all tests and effects
   * use lines with these columns
   */
  readonly adjust?: ScalingValues;
}

export interface DecidedGroups {
  /** in the order of the comparisons */
  readonly decisions: readonly GroupDecisions[];
  /** number of p values in Holm's adjustment: all tests of all comparisons */
  readonly family: number;
}

/** Accuracies that are closer than this count as equal, at 50 %. */
const MARGIN = 0.025;

/**
 * Returns the margin on a scale: 2.5 percentage points at an accuracy of 50 %; on the logit scale 0.1, which is 1.6
 * points at 20 % and 0.9 at 10 %.
 */
export function marginOf(scale: FitScale): number {
  return MARGIN * scaleFunctions(scale).derivative(0.5);
}

const LEVEL = 0.05;
/** Maximum number of tests of a comparison. */
const TESTS = 3;

/**
 * Decides for every benchmark and x axis whether groups have different lines, with calibrated tests: slopes, then
 * heights if no difference in slopes is shown, then whether the lines are one within a margin. All tests form one
 * family for Holm, including heights that are not reported.
 *
 * @throws InputError if heights cannot be adjusted on any benchmark, for example because a column does not vary within
 *   groups
 */
export function decideGroups(comparisons: readonly GroupComparison[], options: DecisionOptions): DecidedGroups {
  const replicates = options.replicates ?? replicatesFor(TESTS * comparisons.length);
  const prepared = comparisons.map((comparison) => prepareTests(comparison, { ...options, replicates }));
  const faults = prepared.flatMap((tests) => (typeof tests === "string" ? [tests] : []));
  if (faults.length > 0 && faults.length === prepared.length) throw new InputError([...new Set(faults)].join("; "));
  const family = holmFamily(
    prepared.flatMap((tests) =>
      tests === null || typeof tests === "string"
        ? []
        : [tests.slopes, tests.heights, ...(tests.oneLine === null ? [] : [tests.oneLine])],
    ),
  );
  const decisions = prepared.map((tests): GroupDecisions => {
    if (tests === null || typeof tests === "string") return { ...NOT_TESTED, fault: tests };
    const slopes = family.adjust(tests.slopes);
    const heights = family.adjust(tests.heights);
    const oneLine = tests.oneLine === null ? null : family.adjust(tests.oneLine);
    const slopesDiffer = slopes.pHolm < LEVEL;
    const at = slopesDiffer ? (tests.common?.onScale ?? null) : null;
    const { points, groups, pairs, described, asTest } = tests;
    return {
      verdict: slopesDiffer
        ? "slopes-differ"
        : heights.pHolm < LEVEL
          ? "heights-differ"
          : oneLine !== null && oneLine.pHolm < LEVEL
            ? "one-line"
            : "no-difference-shown",
      tests: { slopes, heights: slopesDiffer ? null : heights, oneLine },
      common:
        tests.common === null ? null : { low: tests.common.low, high: tests.common.high, middle: tests.common.middle },
      slopes: tests.slopePairs,
      heights: !slopesDiffer ? tests.heightPairs : at === null ? [] : tests.heightsAt(at),
      at: options.at === undefined ? null : heightsAt(points, groups, pairs, options.at, options.scale, described),
      adjustment:
        described.adjusted === undefined
          ? null
          : describeAdjustment(points, groups, slopesDiffer ? "separate" : "parallel", described, asTest),
      fault: null,
      noise: tests.noise,
    };
  });
  return { decisions, family: family.size };
}

const NOT_TESTED: GroupDecisions = {
  verdict: "not-tested",
  tests: null,
  common: null,
  slopes: [],
  heights: [],
  at: null,
  adjustment: null,
  fault: null,
  noise: "independent",
};

/** Prepares the tests of one comparison; null if there is nothing to test, a text if heights cannot be adjusted. */
function prepareTests({ lines }: GroupComparison, options: DecisionOptions & { readonly replicates: number }) {
  const { scale, margin = marginOf(options.scale), replicates, effectReplicates = EFFECT_REPLICATES } = options;
  const { endless, inverse } = scaleFunctions(scale);
  const members = lines.flatMap(({ points }, group) =>
    points.flatMap((model) => {
      const point = toLinePoint(model);
      return endless && isInfinite(point) ? [] : [{ point, group, outcomes: model.outcomes, checkpoint: model.model }];
    }),
  );
  const points = members.map(({ point }) => point);
  const groups = members.map(({ group }) => group);
  if (lines.length < 2) return null; // two groups of at least three points each leave residual degrees of freedom
  const { noise, model } = noiseOf(members.map(({ outcomes }) => outcomes));
  const asTest = { scale, noise, scatterGroups: groups, replicates };
  const names = members.map(({ checkpoint }) => checkpoint);
  const pairs = groupPairs(lines.length);
  try {
    const adjusted = options.adjust === undefined ? undefined : adjustedColumns(names, groups, options.adjust);
    const tested: GroupEffectOptions = { scale, noise, replicates, ...(adjusted === undefined ? {} : { adjusted }) };
    const described: GroupEffectOptions = { ...tested, replicates: effectReplicates };
    const withAdjusted = (terms: LineTerms) => withHeights(terms, adjusted ?? []);
    const parallel = withAdjusted(groupLines(groups, "parallel"));
    const { x } = scalePoints(points, scale);
    const rangeOf = (group: number) => x.filter((_, i) => groups[i] === group);
    const low = Math.max(...lines.map((_, group) => Math.min(...rangeOf(group))));
    const high = Math.min(...lines.map((_, group) => Math.max(...rangeOf(group))));
    const middle = (low + high) / 2;
    const slopePairs = slopeDifferences(points, groups, pairs, described);
    const heightPairs = heightDifferences(points, groups, pairs, null, tested);
    return {
      points,
      groups,
      pairs,
      described,
      asTest,
      noise: model,
      slopePairs,
      slopes: testTerms(points, withAdjusted(groupLines(groups, "separate")), parallel, asTest),
      heightPairs,
      heights: testPairs(heightPairs),
      heightsAt: (at: number) => heightDifferences(points, groups, pairs, at, described),
      oneLine: low < high ? testOneLine(points, groups, pairs, [low, high], margin, described) : null,
      common: low < high ? { low: inverse(low), high: inverse(high), middle: inverse(middle), onScale: middle } : null,
    };
  } catch (error) {
    const columns = 2 * lines.length + (options.adjust?.columns.length ?? 0);
    if (options.adjust !== undefined) {
      if (error instanceof InputError) return error.message;
      if (points.length <= columns)
        return `${columns} columns of the adjusted lines need more checkpoints, got ${points.length}`;
    }
    if (error instanceof RangeError) return null; // the points are exactly on their lines
    throw error;
  }
}
