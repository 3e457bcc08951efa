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

/** What is said of the groups' lines. */
export type GroupVerdict = "slopes-differ" | "heights-differ" | "one-line" | "no-difference-shown" | "not-tested";

/** The tree of decisions of one benchmark and x axis: slopes first, heights where equal slopes are not rejected, then whether it is one line. */
export interface GroupDecisions {
  readonly verdict: GroupVerdict;
  /** null where too few points are left, or they lie on their lines */
  readonly tests: null | {
    readonly slopes: Adjusted<TermsTest>;
    /** null where equal slopes are rejected: the heights' order then depends on x */
    readonly heights: Adjusted<PairsTest> | null;
    /** null where no x is common to all groups */
    readonly oneLine: Adjusted<OneLineTest> | null;
  };
  /** in-distribution accuracies that all groups have, and their middle on the scale; null where there are none */
  readonly common: { readonly low: number; readonly high: number; readonly middle: number } | null;
  readonly slopes: readonly GroupDifference[];
  /** at the middle of the common x where slopes differ: descriptions, without a p */
  readonly heights: readonly GroupDifference[];
  /** at the in-distribution accuracy that was asked for; null where none was */
  readonly at: HeightsAt | null;
  /** null where heights are not adjusted */
  readonly adjustment: GroupAdjustment | null;
  /** why nothing could be tested; null where something was, or the points lie on their lines */
  readonly fault: string | null;
  readonly noise: NoiseModel;
}

export interface DecisionOptions {
  readonly scale: FitScale;
  /** on the scale: lines that are closer count as one line; default {@link marginOf} the scale */
  readonly margin?: number;
  /** simulated data sets of a test; default: 1999, or as many as Holm's adjustment needs to reach p = 0.01 */
  readonly replicates?: number;
  /** simulated data sets of differences that are described or held against the margin; default 499 */
  readonly effectReplicates?: number;
  /** in-distribution accuracy at which heights are given as well, a fraction in (0, 1) */
  readonly at?: number;
  /** what heights are adjusted for: values of every checkpoint in the comparisons; every test and effect is of lines with these columns */
  readonly adjust?: ScalingValues;
}

export interface DecidedGroups {
  /** in the order of the comparisons */
  readonly decisions: readonly GroupDecisions[];
  /** p values that Holm's adjustment is over: all tests of all comparisons */
  readonly family: number;
}

/** Accuracies that are closer count as one, at 50 %. */
const MARGIN = 0.025;

/** The margin on a scale: 2.5 percentage points at an accuracy of 50 %; on the logit scale 0.1, which is 1.6 points at 20 % and 0.9 at 10 %. */
export function marginOf(scale: FitScale): number {
  return MARGIN * scaleFunctions(scale).derivative(0.5);
}

const LEVEL = 0.05;
/** Tests of a comparison at most. */
const TESTS = 3;

/**
 * Decides for every benchmark and x axis whether groups have different lines, by calibrated tests: slopes, then heights where slopes are not
 * shown to differ, then whether the lines are shown to be one within a margin. One family for Holm over all of it: heights stay in it where
 * they are not shown.
 *
 * @throws InputError if heights cannot be adjusted on any benchmark: a column does not vary within groups, say
 */
export function decideGroups(comparisons: readonly GroupComparison[], options: DecisionOptions): DecidedGroups {
  const replicates = options.replicates ?? replicatesFor(TESTS * comparisons.length);
  const asked = comparisons.map((comparison) => askTests(comparison, { ...options, replicates }));
  const faults = asked.flatMap((tests) => (typeof tests === "string" ? [tests] : []));
  if (faults.length > 0 && faults.length === asked.length) throw new InputError([...new Set(faults)].join("; "));
  const family = holmFamily(
    asked.flatMap((tests) =>
      tests === null || typeof tests === "string"
        ? []
        : [tests.slopes, tests.heights, ...(tests.oneLine === null ? [] : [tests.oneLine])],
    ),
  );
  const decisions = asked.map((tests): GroupDecisions => {
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

/** The tests of one comparison; null where there is nothing to test, a text where heights cannot be adjusted. */
function askTests({ lines }: GroupComparison, options: DecisionOptions & { readonly replicates: number }) {
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
  if (lines.length < 2) return null; // with two, each of three points at least, residuals are left
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
    if (error instanceof RangeError) return null; // the points lie on their lines
    throw error;
  }
}
