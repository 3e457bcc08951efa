import { isInSpan } from "../../foundation/math/orthogonal-part.ts";
import { studentTTwoSided } from "../../foundation/statistics/student-t.ts";
import { type Contrast, type Effect, estimateEffect } from "../lines/estimate-effect.ts";
import { scaleFunctions } from "../lines/fit-scale.ts";
import type { LinePoint } from "../lines/line-point.ts";
import type { LineTerms } from "../lines/line-terms.ts";
import { scalePoints } from "../lines/scaled-points.ts";
import { type ContrastTest, testContrasts } from "../lines/test-contrasts.ts";
import { type TermsTest, type TestOptions, testTerms } from "../lines/test-terms.ts";
import { distinctMixtures, type Mixture, mixtureColumns, pureSource, sourceWeights } from "./mixture-design.ts";

/** The height of the line of checkpoints of one source above that of the others at the stated x, on the scale. */
export interface SourceEffect extends Omit<Effect, "p"> {
  /** number of the source */
  readonly source: number;
  /** null for two sources: the test of the heights has the same hypothesis */
  readonly p: number | null;
}

/** The position of a mixture's checkpoints between those of its parts, at the stated x. */
export interface MixturePlace {
  readonly shares: readonly number[];
  readonly n: number;
  /** accuracies of the mixture's line and of the interpolation between its parts' lines */
  readonly accuracy: number;
  readonly expectedAccuracy: number;
  /** the first minus the second, on the scale */
  readonly difference: Effect;
  /** number of the part whose line is the highest at the stated x */
  readonly betterSource: number;
  /** the mixture's line minus that part's, on the scale; dilution if it is below 0 */
  readonly fromBetter: Effect;
}

/** The analysis of mixtures on one benchmark and x axis. */
export interface MixtureLine {
  readonly n: number;
  /** in-distribution accuracy at which heights are compared: the mean of the points on the scale */
  readonly at: number;
  readonly mixtures: readonly Mixture[];
  /** test whether slopes change with the shares; null with too few points */
  readonly slopes: TermsTest | null;
  /** whether slopes are linear in the shares instead of common: the first test rejects at 0.05 */
  readonly slopesDiffer: boolean;
  /** test whether heights at the stated x change with the shares, with slopes linear in the shares if they differ */
  readonly heights: ContrastTest;
  /**
   * test whether heights are not linear in the shares; null if there are no more mixtures than sources, or too few
   * points
   */
  readonly lackOfFit: TermsTest | null;
  /** two sources: of the first against the second; more: of each against equal shares of the others */
  readonly effects: readonly SourceEffect[];
  /** mixtures whose parts also exist as pure sources */
  readonly places: readonly MixturePlace[];
}

/** Level of the test of the slopes, which decides how heights are compared. */
const SLOPES_LEVEL = 0.05;

/**
 * Analyzes how the line of checkpoints changes with the shares of their sources: slopes first, then heights, then
 * whether heights are linear in the shares, and the position of each mixture between its parts.
 *
 * @param points n checkpoints
 * @param shares (n, k) of sum 1
 * @throws RangeError if the shares do not vary enough to distinguish k sources, or there are fewer than k + 2 points
 */
export function analyzeMixtureLine(
  points: readonly LinePoint[],
  shares: readonly (readonly number[])[],
  options: TestOptions,
): MixtureLine {
  const n = points.length;
  const k = (shares[0] as readonly number[]).length;
  // The shares add up to 1, so they are the columns of a line for each source, without a constant
  const columns = Array.from({ length: k }, (_, c) => shares.map((row) => row[c] as number));
  if (columns.some((column, c) => isInSpan(column, columns.slice(0, c)))) {
    throw new RangeError(`the shares do not distinguish ${k} sources`);
  }
  if (n < k + 2) throw new RangeError(`${k} sources need at least ${k + 2} checkpoints, got ${n}`);
  const constant = points.map(() => [1]);
  const test = (full: LineTerms, reduced: LineTerms) => testTerms(points, full, reduced, options);
  const slopes = n > 2 * k ? test({ heights: shares, slopes: shares }, { heights: shares, slopes: constant }) : null;
  const slopesDiffer = slopes !== null && slopes.p < SLOPES_LEVEL;
  const slopeColumns = slopesDiffer ? shares : constant;
  const mixtures = distinctMixtures(shares);
  const free = { heights: mixtureColumns(mixtures, n), slopes: slopeColumns };
  const hasFree = n > mixtures.length + (slopeColumns[0] as number[]).length;
  const x0 = mean(scalePoints(points, options.scale).x);
  const context = { points, options, x0, slopesDiffer };
  return {
    n,
    at: scaleFunctions(options.scale).inverse(x0),
    mixtures,
    slopes,
    slopesDiffer,
    heights: heightsTest(context, { heights: shares, slopes: slopeColumns }, k),
    lackOfFit: hasFree && mixtures.length > k ? test(free, { heights: shares, slopes: slopeColumns }) : null,
    effects: sourceEffects(context, { heights: shares, slopes: slopeColumns }, k),
    places: hasFree ? placesOf(context, free, mixtures) : [],
  };
}

interface MixtureContext {
  readonly points: readonly LinePoint[];
  readonly options: TestOptions;
  /** the stated x, on the scale */
  readonly x0: number;
  readonly slopesDiffer: boolean;
}

/** Converts weights of the sources' lines to a contrast of their heights at the stated x. */
function contrastAt({ x0, slopesDiffer }: MixtureContext, weights: readonly number[]): Contrast {
  return { heights: weights, slopes: slopesDiffer ? weights.map((weight) => weight * x0) : [0] };
}

/** Tests whether the heights of all sources are equal. */
function heightsTest(context: MixtureContext, terms: LineTerms, k: number): ContrastTest {
  const contrasts = Array.from({ length: k - 1 }, (_, at) => {
    const weights = Array.from({ length: k }, (__, c) => (c === 0 ? -1 : c === at + 1 ? 1 : 0));
    return contrastAt(context, weights);
  });
  return testContrasts(context.points, terms, contrasts, context.options);
}

function sourceEffects(context: MixtureContext, terms: LineTerms, k: number): SourceEffect[] {
  return Array.from({ length: k === 2 ? 1 : k }, (_, source) => {
    const contrast = contrastAt(context, sourceWeights(k, source));
    const effect = estimateEffect(context.points, terms, contrast, context.options);
    return { source, ...effect, p: k === 2 ? null : tTest(effect) };
  });
}

function tTest({ estimate, se, degreesOfFreedom }: Effect): number {
  return studentTTwoSided(estimate / se, degreesOfFreedom);
}

/**
 * Computes the positions of mixtures. Interpolated lines have interpolated slopes, so the slope columns cancel, except
 * for the better part's.
 */
function placesOf(
  { points, options, x0, slopesDiffer }: MixtureContext,
  free: LineTerms,
  mixtures: readonly Mixture[],
) {
  const { inverse } = scaleFunctions(options.scale);
  const pureAt = new Map(mixtures.map((mixture, column) => [pureSource(mixture), column]));
  const slopesOf = (shares: readonly number[], factor: number) =>
    (slopesDiffer ? shares : [1]).map((value) => factor * value);
  const estimate = (heights: readonly number[], slopes: readonly number[]) => {
    const contrast: Contrast = { heights, slopes };
    return estimateEffect(points, free, contrast, options);
  };
  return mixtures.flatMap(({ shares, members }, column): MixturePlace[] => {
    const parts = shares.flatMap((share, source) => (share > 0 ? [{ share, source, column: pureAt.get(source) }] : []));
    if (parts.length < 2 || !parts.every(hasColumn)) return [];
    const indicator = (at: number) => mixtures.map((_, c) => (c === at ? 1 : 0));
    const between = mixtures.map((_, c) => parts.find((part) => part.column === c)?.share ?? 0);
    const none = slopesOf(shares, 0);
    const heights = parts.map((part) => {
      const only = shares.map((_, source) => (source === part.source ? 1 : 0));
      return { ...part, only, height: estimate(indicator(part.column), slopesOf(only, x0)).estimate };
    });
    const better = heights.reduce((best, part) => (part.height > best.height ? part : best));
    const mixtureColumn = indicator(column);
    const apart = slopesOf(shares, x0).map((value, c) => value - (slopesOf(better.only, x0)[c] as number));
    return [
      {
        shares,
        n: members.length,
        accuracy: inverse(estimate(mixtureColumn, slopesOf(shares, x0)).estimate),
        expectedAccuracy: inverse(estimate(between, slopesOf(shares, x0)).estimate),
        difference: estimate(
          mixtureColumn.map((value, c) => value - (between[c] as number)),
          none,
        ),
        betterSource: better.source,
        fromBetter: estimate(
          mixtureColumn.map((value, c) => value - (c === better.column ? 1 : 0)),
          apart,
        ),
      },
    ];
  });
}

function hasColumn<Part extends { readonly column: number | undefined }>(
  part: Part,
): part is Part & { column: number } {
  return part.column !== undefined;
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
