import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Effect } from "../../../src/analysis/lines/estimate-effect.ts";
import { distinctMixtures, pureSource, sourceWeights } from "../../../src/analysis/robustness/mixture-design.ts";
import { analyzeMixtureLine } from "../../../src/analysis/robustness/mixture-line.ts";
import { inverseLogit } from "../../../src/foundation/statistics/logit.ts";
import { createRandomNumbers } from "../../../src/foundation/statistics/random-numbers.ts";
import { type ExpectedEffect, exactPoints, expectedTerms } from "./terms-oracle.ts";

const OPTIONS = { scale: "logit", replicates: 99 } as const;
/** Normal equations in other orders of summation: measured 2e-13 at most. */
const DELTA = 1e-9;

function expectEffect(effect: Effect, expected: ExpectedEffect): void {
  for (const field of ["estimate", "se", "low", "high"] as const)
    expect(effect[field], field).closeTo(expected[field], DELTA);
  expect(effect.degreesOfFreedom).toBe(expected.df);
}

describe("a mixture's line without errors in x", () => {
  it.each(["two", "steep", "three"] as const)(
    "has the tests, effects and places of nested least squares: %s",
    (name) => {
      const expected = expectedTerms[name];
      const line = analyzeMixtureLine(exactPoints(expected), expected.shares, OPTIONS);
      expect(line.at).closeTo(expected.at, DELTA);
      expect(line.slopesDiffer).toBe(name === "steep");
      for (const test of ["slopes", "lackOfFit"] as const) {
        expect(line[test]?.statistic, test).closeTo(expected[test].f, DELTA * (1 + expected[test].f));
        expect(line[test]?.quickP, test).closeTo(expected[test].p, DELTA);
        expect([line[test]?.df1, line[test]?.df2], test).toEqual([expected[test].df1, expected[test].df2]);
      }
      expect(line.heights.statistic).closeTo(expected.heights.f, DELTA * (1 + expected.heights.f));
      expect(line.heights.p).closeTo(expected.heights.p, DELTA);
      expect([line.heights.df1, line.heights.df2]).toEqual([expected.heights.df1, expected.heights.df2]);
      expect(line.effects).toHaveLength(expected.effects.length);
      expected.effects.forEach((effect, i) => {
        expectEffect(line.effects[i] as Effect, effect);
      });
      expect(line.places).toHaveLength(expected.places.length);
      for (const { shares, difference } of expected.places) {
        const place = line.places.find((candidate) => candidate.shares.every((share, c) => share === shares[c]));
        expectEffect(place?.difference as Effect, difference);
      }
    },
  );

  it("has one p value for the effect of two sources, which is that of the heights", () => {
    const line = analyzeMixtureLine(exactPoints(expectedTerms.two), expectedTerms.two.shares, OPTIONS);
    const [effect] = line.effects;
    expect(effect?.p).toBeNull();
    expect(((effect?.estimate as number) / (effect?.se as number)) ** 2).closeTo(line.heights.statistic, DELTA);
    const three = analyzeMixtureLine(exactPoints(expectedTerms.three), expectedTerms.three.shares, OPTIONS);
    expect(three.effects.map(({ p }) => p !== null)).toEqual([true, true, true]);
  });
});

/** Checkpoints of mixtures of two sources whose line is `height` higher for the first. */
function drawMixtures(seed: number, height: number, images: number) {
  const random = createRandomNumbers(seed);
  const shares = [0, 0.25, 0.5, 0.75, 1].flatMap((share) => Array.from({ length: 4 }, () => [share, 1 - share]));
  const points = shares.map(([share]) => {
    const xi = -2 + random.uniform();
    const eta = -0.4 + height * (share as number) + 0.9 * xi + 0.1 * random.normal();
    return { x: inverseLogit(xi), y: inverseLogit(eta), xImages: images, yImages: images };
  });
  return { points, shares };
}

describe("a mixture's line", () => {
  it("does not depend on the order of sources or points, except for the sign of the effect", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), (seed) => {
        const { points, shares } = drawMixtures(seed, 0.3, 640);
        const line = analyzeMixtureLine(points, shares, OPTIONS);
        const reversed = analyzeMixtureLine(
          [...points].reverse(),
          shares.map(([a, b]) => [b as number, a as number]).reverse(),
          OPTIONS,
        );
        // The bootstrap draws other numbers, so slopes may be taken as different in only one of the two
        fc.pre(line.slopesDiffer === reversed.slopesDiffer);
        expect(reversed.effects[0]?.estimate).closeTo(-(line.effects[0]?.estimate as number), 1e-8);
        expect(reversed.heights.p).closeTo(line.heights.p, 1e-8);
        for (const place of line.places) {
          const [a, b] = place.shares as [number, number];
          const same = reversed.places.find(({ shares: [share] }) => share === b);
          expect(same?.shares[1]).toBe(a);
          expect(same?.difference.estimate).closeTo(place.difference.estimate, 1e-8);
          expect(same?.fromBetter.estimate).closeTo(place.fromBetter.estimate, 1e-8);
          expect(same?.betterSource).toBe(1 - place.betterSource);
        }
      }),
      { seed: 3, numRuns: 8 },
    );
  });

  it("detects a mixture that is outside its parts", () => {
    const { points, shares } = drawMixtures(5, 0, 50_000);
    const raised = points.map((point, i) =>
      (shares[i] as number[])[0] === 0.5 ? { ...point, y: point.y + 0.1 } : point,
    );
    const line = analyzeMixtureLine(raised, shares, OPTIONS);
    expect(line.lackOfFit?.p).toBeLessThan(0.05);
    const place = line.places.find((candidate) => candidate.shares[0] === 0.5);
    expect(place?.difference.low).toBeGreaterThan(0);
    expect(place?.fromBetter.low).toBeGreaterThan(0);
    expect(place?.accuracy).toBeGreaterThan((place?.expectedAccuracy as number) + 0.05);
  });

  it("has no place for mixtures without pure parts, and no lack of fit with as many mixtures as sources", () => {
    const { points, shares } = drawMixtures(6, 0.5, 640);
    const some = (wanted: readonly number[]) => {
      const kept = shares.flatMap((row, i) => (wanted.includes(row[0] as number) ? [i] : []));
      return analyzeMixtureLine(
        kept.map((i) => points[i] as (typeof points)[number]),
        kept.map((i) => shares[i] as number[]),
        OPTIONS,
      );
    };
    expect(some([0.25, 0.5, 0.75]).places).toEqual([]);
    expect(some([0.25, 0.5, 0.75]).lackOfFit).not.toBeNull();
    expect(some([0, 0.5]).lackOfFit).toBeNull();
  });

  it("is refused if shares do not distinguish the sources, or checkpoints are few", () => {
    const { points } = drawMixtures(7, 0, 640);
    const constant = points.map(() => [0.5, 0.5]);
    expect(() => analyzeMixtureLine(points, constant, OPTIONS)).toThrow(/do not distinguish 2 sources/);
    const together = points.map((_, i) => [i / 100, 1 - i / 50, i / 100]);
    expect(() => analyzeMixtureLine(points, together, OPTIONS)).toThrow(/do not distinguish 3 sources/);
    expect(() =>
      analyzeMixtureLine(
        points.slice(0, 3),
        [
          [1, 0],
          [0.5, 0.5],
          [0, 1],
        ],
        OPTIONS,
      ),
    ).toThrow(/2 sources need at least 4 checkpoints, got 3/);
  });
});

describe("mixtures", () => {
  it("are sorted pure sources first, with equal shares as one", () => {
    const shares = [
      [0.5, 0.5],
      [0, 1],
      [0.1 + 0.2, 0.7],
      [1, 0],
      [0.3, 0.7],
    ];
    const mixtures = distinctMixtures(shares);
    expect(mixtures.map(({ members }) => members)).toEqual([[3], [1], [0], [2, 4]]);
    expect(mixtures.map(pureSource)).toEqual([0, 1, null, null]);
  });

  it("have effects of a source against equal shares of the others", () => {
    expect(sourceWeights(2, 0)).toEqual([1, -1]);
    expect(sourceWeights(3, 1)).toEqual([-0.5, 1, -0.5]);
  });
});
