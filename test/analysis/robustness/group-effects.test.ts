import { describe, expect, it } from "vitest";
import { testEquivalence } from "../../../src/analysis/lines/equivalence.ts";
import type { Effect } from "../../../src/analysis/lines/estimate-effect.ts";
import type { LinePoint } from "../../../src/analysis/lines/line-point.ts";
import {
  groupPairs,
  heightDifferences,
  slopeDifferences,
  testOneLine,
  testPairs,
} from "../../../src/analysis/robustness/group-effects.ts";
import { inverseLogit, logit } from "../../../src/foundation/statistics/logit.ts";
import { studentTQuantile, studentTTwoSided } from "../../../src/foundation/statistics/student-t.ts";

const WAVE = [1, -1.2, 0.3, 0.8, -1.1, 0.2];
const LINES = [
  { slope: 0.8, height: -1 },
  { slope: 1, height: -1.3 },
  { slope: 1.3, height: -0.6 },
] as const;
const GROUPS = LINES.flatMap((_, number) => WAVE.map(() => number));
const PAIRS = groupPairs(3);
const OPTIONS = { scale: "logit", replicates: 199 } as const;

/** Three lines that cross each other, with a scatter that has no slope to speak of. */
function points(scatter = 0.01, images = 1e6): LinePoint[] {
  return LINES.flatMap(({ slope, height }) =>
    WAVE.map((wave, i) => {
      const x = -1 + 0.4 * i;
      return {
        x: inverseLogit(x),
        y: inverseLogit(height + slope * x + scatter * wave),
        xImages: images,
        yImages: images,
      };
    }),
  );
}

describe("pairs of groups", () => {
  it("are all, of however many groups", () => {
    expect(PAIRS).toEqual([
      [1, 0],
      [2, 0],
      [2, 1],
    ]);
    expect(new Set(groupPairs(12).map(([a, b]) => `${Math.min(a, b)} ${Math.max(a, b)}`)).size).toBe(66);
  });
});

describe("the test of any pair", () => {
  it("is that of the pair that differs most clearly, and rejects where an interval of the family excludes 0", () => {
    for (const scatter of [0.05, 0.3, 0.6]) {
      const differences = heightDifferences(points(scatter), GROUPS, PAIRS, null, OPTIONS);
      const { group, reference, t, degreesOfFreedom, p, replicates } = testPairs(differences);
      const clearest = differences.find((pair) => pair.group === group && pair.reference === reference);
      expect(p).toBe(Math.min(...differences.map(({ effect }) => effect.family.p)));
      const student = differences.map(({ effect }) =>
        studentTTwoSided(effect.estimate / effect.se, effect.degreesOfFreedom),
      );
      expect(studentTTwoSided(t, degreesOfFreedom)).closeTo(Math.min(...student), 1e-15);
      expect(clearest?.effect.family.p).toBe(p);
      expect(replicates).toBe(199);
      const isOff = differences.some(({ effect }) => effect.family.low > 0 || effect.family.high < 0);
      expect(p <= 0.05, `scatter ${scatter}`).toBe(isOff);
    }
  });

  it("finds a pair that differs among groups that do not", () => {
    const worlds = [0, 0, 0, 0.15, 0];
    const groups = worlds.flatMap((_, group) => WAVE.map(() => group));
    const apart = worlds.flatMap((height) =>
      WAVE.map((wave, i) => {
        const x = -1 + 0.4 * i;
        return { x: inverseLogit(x), y: inverseLogit(height + x + 0.03 * wave), xImages: 1e6, yImages: 1e6 };
      }),
    );
    const found = testPairs(heightDifferences(apart, groups, groupPairs(5), null, OPTIONS));
    expect([found.group, found.reference]).toContain(3);
    expect(found.p).toBe(1 / 200);
  });
});

describe("differences of groups", () => {
  it("are the first group minus the second, of slopes and of heights at an x", () => {
    for (const { group, reference, effect } of slopeDifferences(points(), GROUPS, PAIRS, OPTIONS)) {
      const truth = (LINES[group]?.slope as number) - (LINES[reference]?.slope as number);
      expect(effect.estimate, `${group} − ${reference}`).closeTo(truth, 0.02);
      expect(effect.low < truth && truth < effect.high).toBe(true);
    }
    for (const at of [-0.7, 0.5]) {
      for (const { group, reference, effect } of heightDifferences(points(), GROUPS, PAIRS, at, OPTIONS)) {
        const heightOf = (number: number) => LINES[number]?.height as number;
        const slopeOf = (number: number) => LINES[number]?.slope as number;
        const truth = heightOf(group) - heightOf(reference) + at * (slopeOf(group) - slopeOf(reference));
        expect(effect.estimate, `${group} − ${reference} at ${at}`).closeTo(truth, 0.02);
      }
    }
  });

  it("of one slope are the same at every x", () => {
    const parallel = points().map((point, i) => ({
      ...point,
      y: inverseLogit((GROUPS[i] as number) * 0.5 + logit(point.x) + 0.01 * (WAVE[i % 6] as number)),
    }));
    const [first] = heightDifferences(parallel, GROUPS, [[2, 0]], null, OPTIONS);
    expect(first?.effect.estimate).closeTo(1, 0.01);
  });
});

describe("the test of one line", () => {
  it("has the largest p and the largest difference of any pair at either end", () => {
    const ends = [-0.9, 0.9];
    const whole = testOneLine(points(0.05), GROUPS, PAIRS, ends, 0.1, OPTIONS);
    const parts = ends.flatMap((at) =>
      heightDifferences(points(0.05), GROUPS, PAIRS, at, OPTIONS).map(({ effect }) => testEquivalence(effect, 0.1)),
    );
    expect(whole.p).toBe(Math.max(...parts.map(({ p }) => p)));
    expect(whole.atMost).toBe(Math.max(...parts.map(({ atMost }) => atMost)));
    expect(whole.p).toBeGreaterThan(0.9);
    // Where two lines cross they are one; at the ends they are not
    const crossing = (LINES[0].height - LINES[1].height) / (LINES[1].slope - LINES[0].slope);
    expect(testOneLine(points(0.05), GROUPS, [[0, 1]], [crossing], 0.5, OPTIONS).p).toBeLessThan(0.05);
    expect(testOneLine(points(0.05), GROUPS, [[0, 1]], [-1, 1], 0.5, OPTIONS).p).toBeGreaterThan(0.05);
  });
});

describe("two one-sided tests", () => {
  const effect = (estimate: number, se: number, simulatedP: Float64Array | null = null): Effect => ({
    ...{ estimate, se, degreesOfFreedom: 7, low: 0, high: 0, p: 1, simulatedP },
    family: { low: 0, high: 0, p: 1 },
  });

  it("are Student's where nothing is simulated: the side of the margin that is nearer decides", () => {
    const { p, atMost } = testEquivalence(effect(-0.03, 0.02), 0.1);
    expect(p).closeTo(studentTTwoSided(0.07 / 0.02, 7) / 2, 1e-12);
    expect(atMost).closeTo(0.03 + 1.894578605 * 0.02, 1e-8); // t of 7 degrees of freedom at 0.95
    expect(testEquivalence(effect(0.03, 0.02), 0.1)).toEqual({ margin: 0.1, p, atMost });
    expect(testEquivalence(effect(0.1, 0.02), 0.1).p).toBe(0.5);
    expect(testEquivalence(effect(0.17, 0.02), 0.1).p).closeTo(1 - p, 1e-12);
  });

  it("count simulated data sets where there are any", () => {
    const simulatedP = Float64Array.from({ length: 99 }, (_, i) => (i + 1) / 200);
    const { p, atMost } = testEquivalence(effect(0.02, 0.02, simulatedP), 0.1);
    // t = 4 of 7 degrees of freedom has p 0.0052, and one of the 99 is at 0.005
    expect(p).closeTo((1 + 1) / 100 / 2, 1e-12);
    expect(atMost).closeTo(0.02 + 0.02 * -studentTQuantile(0.05 / 2, 7), 1e-12); // the tenth is at 0.05
  });

  it("of an effect without error are exact", () => {
    expect(testEquivalence(effect(0.05, 0), 0.1)).toMatchObject({ p: 0, atMost: 0.05 });
    expect(testEquivalence(effect(0.15, 0), 0.1)).toMatchObject({ p: 1, atMost: 0.15 });
  });

  it("have no margin of 0 or less", () => {
    expect(() => testEquivalence(effect(0, 1), 0)).toThrow("expected a positive margin, got 0");
    expect(() => testEquivalence(effect(0, 1), Number.NaN)).toThrow(RangeError);
  });
});
