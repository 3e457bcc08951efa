import { describe, expect, it } from "vitest";
import { createCorrectedFit } from "../../../src/analysis/lines/corrected-fit.ts";
import {
  correctLine,
  estimateSe,
  explainedVariance,
  linePrecision,
  reliabilityOf,
} from "../../../src/analysis/lines/corrected-line.ts";
import { leastSquares, lineSe } from "../../../src/foundation/statistics/least-squares.ts";
import { seededRandom } from "../../seeded-random.ts";

/** Fuller's example 1.2.1, yields of corn on soil nitrogen: means and moments as printed, error variance of x known. */
const CORN = { n: 11, xMean: 70.6364, yMean: 97.4545, xx: 304.8545, xy: 104.8818, yy: 87.6727, error: 57 };

function cornLine() {
  const { n, xMean, yMean, xx, xy, yy } = CORN;
  const slope = xy / xx;
  const residualSd = Math.sqrt(((n - 1) * (yy - slope * xy)) / (n - 2));
  const levelSe = residualSd / Math.sqrt(n);
  const slopeSe = residualSd / Math.sqrt((n - 1) * xx);
  const interceptSe = Math.hypot(levelSe, xMean * slopeSe);
  return { n, xMean, slope, intercept: yMean - slope * xMean, slopeSe, levelSe, interceptSe };
}

describe("the line corrected for errors of x", () => {
  it("is Fuller's of the corn yields, with his standard errors", () => {
    const reliability = reliabilityOf(CORN.xx, [CORN.error]);
    const line = correctLine(cornLine(), cornLine(), (CORN.n - 1) * CORN.xx, reliability);
    // As many digits as are printed: 67.5612 + 0.4232 x, standard errors 12.54 and 0.1745
    expect(line?.slope).closeTo(0.4232, 5e-5);
    expect(line?.intercept).closeTo(67.5612, 5e-3);
    expect(line?.slopeSe).closeTo(0.1745, 5e-5);
    expect(line?.interceptSe).closeTo(12.54, 5e-3);
  });

  it("is that of the tests of nested lines, where there is one line", () => {
    const random = seededRandom(7);
    const x = Array.from({ length: 12 }, () => 4 * random());
    const y = x.map((value) => 0.3 + 1.2 * value + random());
    const noise = x.map(() => 0.1 + 0.1 * random());
    const plain = leastSquares(x, y);
    const levelSe = lineSe(plain, plain.xMean);
    const reliability = reliabilityOf(plain.xSumOfSquares / (plain.n - 1), noise);
    const corrected = correctLine({ ...plain, levelSe }, { ...plain, levelSe }, plain.xSumOfSquares, reliability);
    const fit = createCorrectedFit({ heights: x.map(() => [1]), slopes: x.map(() => [1]) }, x.length);
    fit.fit({
      x: Float64Array.from(x),
      y: Float64Array.from(y),
      xVariance: Float64Array.from(noise),
      yVariance: new Float64Array(x.length),
    } as Parameters<typeof fit.fit>[0]);
    expect(fit.slopes[0]).closeTo(corrected?.slope as number, 1e-12);
  });

  it("is the plain line with its standard errors where x has no error, and null where x is too unreliable", () => {
    const plain = leastSquares([1, 2, 3, 5], [1, 2.5, 2.7, 5]);
    const line = { ...plain, levelSe: lineSe(plain, plain.xMean) };
    const same = correctLine(line, line, plain.xSumOfSquares, 1);
    expect(same).toMatchObject({ slope: plain.slope, intercept: plain.intercept, slopeSe: plain.slopeSe });
    expect(estimateSe(line, 4)).closeTo(lineSe(plain, 4), 1e-12);
    expect(reliabilityOf(2, [3, 3])).toBe(0);
    expect(correctLine(line, line, plain.xSumOfSquares, 0.29)).toBeNull();
    expect(correctLine(line, line, plain.xSumOfSquares, 0.31)?.slope).closeTo(plain.slope / 0.31, 1e-12);
  });

  it("is known as surely as points of different, known noise allow, and as in least squares where they are alike", () => {
    const random = seededRandom(5);
    const x = Array.from({ length: 10 }, (_, i) => i + random());
    for (const size of [0.01, 40]) {
      // below the residual variance, and above it
      const y = x.map((value) => value + 4 * (random() - 0.5));
      const line = leastSquares(x, y);
      const alike = linePrecision(line, x, new Array<number>(10).fill(size));
      expect(alike.slopeSe).closeTo(line.slopeSe, 1e-12);
      expect(alike.levelSe).closeTo(lineSe(line, line.xMean), 1e-12);
      expect(alike.xMean).closeTo(line.xMean, 1e-9);
      const noise = x.map((_, i) => (i === 0 ? 5 : 1) * size);
      const precision = linePrecision(line, x, noise);
      // The sandwich, weight by weight: the line at a place is Σ w y
      const explained = explainedVariance(line, x, noise);
      const variances = noise.map((pointNoise) =>
        line.residualSd ** 2 > explained
          ? line.residualSd ** 2 - explained + pointNoise
          : (pointNoise * line.residualSd ** 2) / explained,
      );
      for (const at of [-3, 2, 9]) {
        const weights = x.map((value) => 1 / 10 + ((at - line.xMean) * (value - line.xMean)) / line.xSumOfSquares);
        const variance = weights.reduce((sum, weight, i) => sum + weight ** 2 * (variances[i] as number), 0);
        expect(estimateSe(precision, at)).closeTo(Math.sqrt(variance), 1e-12);
      }
      expect(precision.slopeSe).toBeGreaterThan(line.slopeSe); // the noisy point is at the end
    }
  });
});
