import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  criticalP,
  estimateEffects,
  simulatedTail,
  studentP,
  studentReach,
} from "../../../src/analysis/lines/estimate-effect.ts";
import { groupLines } from "../../../src/analysis/lines/line-terms.ts";
import { inverseLogit } from "../../../src/foundation/statistics/logit.ts";

const P = fc.double({ min: 1e-6, max: 1, noNaN: true });

describe("an interval from simulated p", () => {
  it("contains exactly the values that its test does not reject", () => {
    fc.assert(
      fc.property(
        fc.array(P, { minLength: 19, maxLength: 19 }),
        fc.double({ min: 0.01, max: 30, noNaN: true }),
        fc.double({ min: 1, max: 50, noNaN: true }),
        (drawn, distance, degreesOfFreedom) => {
          const simulatedP = Float64Array.from(drawn).sort();
          const precision = { se: 0.7, degreesOfFreedom };
          const reach = studentReach(precision, criticalP(simulatedP, 0.95));
          fc.pre(Math.abs(distance - reach) > 1e-9 * reach);
          const isRejected = simulatedTail(simulatedP, studentP(distance, precision)) <= 0.05;
          expect(isRejected).toBe(distance > reach);
        },
      ),
      { seed: 1, numRuns: 200 },
    );
  });

  it("is open where the simulated data sets are too few for its level", () => {
    expect(criticalP(Float64Array.of(0.1, 0.2, 0.3), 0.95)).toBe(0);
    expect(studentReach({ se: 1, degreesOfFreedom: 3 }, 0)).toBe(Number.POSITIVE_INFINITY);
    expect(studentReach({ se: 0, degreesOfFreedom: 3 }, 0)).toBe(0);
    expect(studentP(0, { se: 0, degreesOfFreedom: 3 })).toBe(1);
    expect(studentP(0.1, { se: 0, degreesOfFreedom: 3 })).toBe(0);
  });
});

describe("an effect", () => {
  const GROUPS = [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2];
  const points = GROUPS.map((group, i) => {
    const x = -1 + 0.5 * (i % 4);
    const scatter = [0.02, 0.05, 0.4][group] as number;
    const wave = [1, -0.7, -1.1, 0.8][(i + group) % 4] as number;
    return { x: inverseLogit(x), y: inverseLogit(0.9 * x + scatter * wave), xImages: 5000, yImages: 5000 };
  });
  const pair = (a: number, b: number) => ({
    heights: GROUPS.slice(0, 3).map((_, g) => (g === a ? 1 : g === b ? -1 : 0)),
    slopes: [0],
  });
  const options = { scale: "logit", scatterGroups: GROUPS, replicates: 399 } as const;
  const pairs = [pair(1, 0), pair(2, 0), pair(2, 1)];
  const effects = estimateEffects(points, groupLines(GROUPS, "parallel"), pairs, options);

  it("is the same alone as among others, except for the wider interval of the family", () => {
    for (const [at, contrast] of pairs.entries()) {
      const [alone] = estimateEffects(points, groupLines(GROUPS, "parallel"), [contrast], options);
      const together = effects[at];
      expect(together?.estimate).closeTo(alone?.estimate as number, 1e-12);
      expect(together?.low).closeTo(alone?.low as number, 1e-9);
      expect(together?.p).toBe(alone?.p);
      expect(together?.family.low).toBeLessThanOrEqual(alone?.low as number);
      expect(together?.family.p).toBeGreaterThanOrEqual(alone?.p as number);
    }
  });

  it("of a group with few residuals has an interval about as wide as their Student's t", () => {
    const noisy = effects[1];
    const width = (noisy?.high as number) - (noisy?.low as number);
    const student = 2 * studentReach(noisy as NonNullable<typeof noisy>, 0.05);
    // Some 2.9 degrees of freedom: normal, the reach would be 0.6 of this
    expect(noisy?.degreesOfFreedom).toBeLessThan(4);
    expect(width / student).toBeGreaterThan(0.8);
    expect(width / student).toBeLessThan(1.25);
  });
});
