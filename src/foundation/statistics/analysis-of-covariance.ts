import { mean } from "simple-statistics";
import { fUpperTail } from "./f-distribution.ts";

/** The points of one group. */
export interface GroupPoints {
  readonly x: readonly number[];
  readonly y: readonly number[];
}

/** An F test of one model of the points against a richer one. */
export interface NestedTest {
  readonly f: number;
  readonly df1: number;
  readonly df2: number;
  readonly p: number;
}

/** Tests whether groups share one line. */
export interface AnalysisOfCovariance {
  /** do the slopes differ? */
  readonly slopes: NestedTest;
  /** given equal slopes: do the lines differ in height? */
  readonly intercepts: NestedTest;
  /** slopes and heights together: do the groups need more than one line? */
  readonly lines: NestedTest;
}

/**
 * Analysis of covariance: fits y on x by least squares with a line for each group, with parallel lines, and with one
 * line for all, and compares the residual sums of squares by F tests.
 *
 * @param groups g ≥ 2 groups of at least two points with different x each, and more than 2 g points in total
 * @throws RangeError if there are fewer, a number is not finite, or the separate lines leave no residual
 * @see N. R. Draper & H. Smith, Applied Regression Analysis, 3rd ed., chapter 14
 */
export function analysisOfCovariance(groups: readonly GroupPoints[]): AnalysisOfCovariance {
  const g = groups.length;
  if (g < 2) throw new RangeError(`comparing lines needs at least two groups, got ${g}`);
  const sums = groups.map(sumsAboutMean);
  const n = sums.reduce((total, group) => total + group.n, 0);
  if (n <= 2 * g) throw new RangeError(`comparing ${g} lines needs more than ${2 * g} points, got ${n}`);
  const pooled = {
    xx: total(sums.map((group) => group.xx)),
    xy: total(sums.map((group) => group.xy)),
    yy: total(sums.map((group) => group.yy)),
  };
  const separate = total(sums.map(residual));
  const parallel = residual(pooled);
  const common = residual(
    sumsAboutMean({ x: groups.flatMap((group) => group.x), y: groups.flatMap((group) => group.y) }),
  );
  if (!(separate > 1e-14 * pooled.yy))
    throw new RangeError("the groups' points are exactly on their lines: there is no residual variance for the test");
  return {
    slopes: nestedTest(parallel, separate, g - 1, n - 2 * g),
    intercepts: nestedTest(common, parallel, g - 1, n - g - 1),
    lines: nestedTest(common, separate, 2 * (g - 1), n - 2 * g),
  };
}

interface Sums {
  readonly xx: number;
  readonly xy: number;
  readonly yy: number;
}

function sumsAboutMean({ x, y }: GroupPoints): Sums & { readonly n: number } {
  if (x.length !== y.length) throw new RangeError(`expected equal numbers of x and y, got ${x.length} and ${y.length}`);
  if (x.length < 2) throw new RangeError(`a group's line needs at least two points, got ${x.length}`);
  if (![...x, ...y].every(Number.isFinite)) throw new RangeError("expected finite numbers");
  const [xMean, yMean] = [mean([...x]), mean([...y])];
  const sums = { xx: 0, xy: 0, yy: 0, n: x.length };
  x.forEach((value, i) => {
    const [dx, dy] = [value - xMean, (y[i] as number) - yMean];
    sums.xx += dx * dx;
    sums.xy += dx * dy;
    sums.yy += dy * dy;
  });
  if (sums.xx === 0) throw new RangeError("a group's line needs at least two different x");
  return sums;
}

/** Residual sum of squares of the line through points with these sums. */
function residual({ xx, xy, yy }: Sums): number {
  return Math.max(0, yy - xy ** 2 / xx);
}

function nestedTest(worse: number, better: number, df1: number, df2: number): NestedTest {
  const f = Math.max(0, worse - better) / df1 / (better / df2);
  return { f, df1, df2, p: fUpperTail(f, df1, df2) };
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
