import { describe, expect, it } from "vitest";
import { createCorrectedFit } from "../../../src/analysis/lines/corrected-fit.ts";
import { groupLines } from "../../../src/analysis/lines/line-terms.ts";
import { createScatterDraws, groupFreedoms, groupVariances } from "../../../src/analysis/lines/scatter.ts";
import { createRandomNumbers } from "../../../src/foundation/statistics/random-numbers.ts";

const GROUPS = [0, 0, 0, 0, 0, 1, 1, 1, 1, 1];
const groups = Int32Array.from(GROUPS);
const n = GROUPS.length;
const x = Float64Array.from(GROUPS, (_, i) => i % 5);
const y = Float64Array.from(GROUPS, (group, i) => (x[i] as number) + (group === 0 ? 0.1 : 1) * Math.sin(3 * i));

function prepared(noise: number) {
  const points = { x, y, xVariance: new Float64Array(n), yVariance: new Float64Array(n).fill(noise) };
  const fit = createCorrectedFit(groupLines(GROUPS, "separate"), n);
  fit.fit(points);
  const variances = new Float64Array(n);
  groupVariances(fit.residuals, fit.freedoms, groups, 2, variances);
  const draw = createScatterDraws(fit, points, groups, 2, null, createRandomNumbers(3));
  return { variances, freedoms: groupFreedoms(fit.freedoms, groups, 2), draw };
}

describe("draws of the scatter", () => {
  it("are what a group's residuals leave open: their sum of squares over a chi-square variable", () => {
    const { variances, freedoms, draw } = prepared(0);
    const sd = new Float64Array(n);
    const sums = [0, 0];
    const draws = 4000;
    for (let i = 0; i < draws; i++) {
      draw(sd);
      for (const [at, g] of [
        [0, 0],
        [5, 1],
      ] as const) {
        expect(sd[at + 4]).toBe(sd[at]); // one scatter a group
        sums[g] = (sums[g] as number) + (variances[at] as number) / (sd[at] as number) ** 2;
      }
    }
    expect(freedoms[0]).closeTo(3, 1e-9);
    // s² / σ² is chi-square over its 3 degrees of freedom: mean 1, standard error √(2/3/4000) = 0.013
    for (const sum of sums) expect(Math.abs(sum / draws - 1)).toBeLessThan(0.05);
  });

  it("are without the noise of the images, and of no scatter where it is all noise", () => {
    const { variances, draw } = prepared(0.05);
    const sd = new Float64Array(n);
    let none = 0;
    for (let i = 0; i < 300; i++) {
      draw(sd);
      if (sd[0] === 0) none++;
      expect(sd[5]).toBeGreaterThanOrEqual(0);
    }
    expect(variances[0]).toBeLessThan(0.05); // the quiet group has less than its noise
    expect(none).toBeGreaterThan(200);
  });
});
