import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { estimateEffect } from "../../../src/analysis/lines/estimate-effect.ts";
import { testContrasts } from "../../../src/analysis/lines/test-contrasts.ts";
import { inverseLogit } from "../../../src/foundation/statistics/logit.ts";
import { createRandomNumbers } from "../../../src/foundation/statistics/random-numbers.ts";
import { studentTTwoSided } from "../../../src/foundation/statistics/student-t.ts";

const OPTIONS = { scale: "logit" } as const;

function drawGroups(seed: number) {
  const random = createRandomNumbers(seed);
  const groups = Array.from({ length: 18 }, (_, i) => i % 3);
  const points = groups.map((group) => {
    const xi = -2 + 2 * random.uniform();
    const eta = -0.3 + 0.1 * group + xi + 0.2 * random.normal();
    return { x: inverseLogit(xi), y: inverseLogit(eta), xImages: 640, yImages: 640 };
  });
  const heights = groups.map((group) => [0, 1, 2].map((column) => (column === group ? 1 : 0)));
  return { points, terms: { heights, slopes: groups.map(() => [1]) } };
}

const contrast = (...heights: number[]) => ({ heights, slopes: [0] });

describe("a test of contrasts", () => {
  it("is the t test of a single effect, and does not depend on the choice of equivalent contrasts", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), (seed) => {
        const { points, terms } = drawGroups(seed);
        const single = testContrasts(points, terms, [contrast(1, -1, 0)], OPTIONS);
        const { estimate, se, degreesOfFreedom } = estimateEffect(points, terms, contrast(1, -1, 0), OPTIONS);
        expect(single.p).closeTo(studentTTwoSided(estimate / se, degreesOfFreedom), 1e-9);
        const both = testContrasts(points, terms, [contrast(1, -1, 0), contrast(0, 1, -1)], OPTIONS);
        const again = testContrasts(points, terms, [contrast(2, 0, -2), contrast(1, -3, 2)], OPTIONS);
        expect(again.statistic).closeTo(both.statistic, 1e-7 * (1 + both.statistic));
        expect([both.df1, both.df2]).toEqual([2, 14]);
      }),
      { seed: 4, numRuns: 30 },
    );
  });

  it("refuses linearly dependent contrasts, and an empty list", () => {
    const { points, terms } = drawGroups(1);
    const dependent = [contrast(1, -1, 0), contrast(0, 1, -1), contrast(1, 0, -1)];
    expect(() => testContrasts(points, terms, dependent, OPTIONS)).toThrow(/linearly dependent/);
    expect(() => testContrasts(points, terms, [], OPTIONS)).toThrow(/expected effects to test, got none/);
  });
});
