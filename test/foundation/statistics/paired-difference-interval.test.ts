import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { normalQuantile } from "../../../src/foundation/statistics/normal-distribution.ts";
import { pairedDifferenceInterval } from "../../../src/foundation/statistics/paired-difference-interval.ts";
import { fixtures } from "../../helpers.ts";

const expected: {
  readonly tables: { readonly table: [number, number, number, number]; readonly low: number; readonly high: number }[];
  readonly intervals: [number, number, number, number, number, number][];
} = JSON.parse(readFileSync(join(fixtures, "comparison", "expected.json"), "utf8"));

/** Roots of the same equation by two methods, which differ only by rounding. */
const DELTA = 1e-9;

/** The probability of (onlyFirst, onlySecond) among n images. */
function trinomial(b: number, c: number, n: number, first: number, second: number): number {
  const logs = [logChoose(n, b), logChoose(n - b, c), b * Math.log(first), c * Math.log(second)];
  return Math.exp(logs.reduce((sum, value) => sum + value, (n - b - c) * Math.log(1 - first - second)));
}

function logChoose(n: number, k: number): number {
  let sum = 0;
  for (let i = 1; i <= k; i++) sum += Math.log((n - k + i) / i);
  return sum;
}

describe("pairedDifferenceInterval", () => {
  it("equals Tango's interval solved by scipy, from no discordant image to 167,000 images", () => {
    for (const { table, low, high } of expected.tables) {
      const [both, b, c, neither] = table;
      const interval = pairedDifferenceInterval(b, c, both + b + c + neither);
      expect(interval.low, table.join()).closeTo(low, DELTA);
      expect(interval.high, table.join()).closeTo(high, DELTA);
    }
    for (const [b, c, n, confidence, low, high] of expected.intervals) {
      const interval = pairedDifferenceInterval(b, c, n, confidence);
      expect(interval.low).closeTo(low, DELTA);
      expect(interval.high).closeTo(high, DELTA);
    }
    expect(expected.tables.length + expected.intervals.length).toBe(41);
  });

  it("is z² / (n + z²) wide on both sides where no image separates the two", () => {
    const square = normalQuantile(0.975) ** 2;
    for (const n of [1, 10, 50_000]) {
      const { low, high } = pairedDifferenceInterval(0, 0, n);
      expect(high).closeTo(square / (n + square), 1e-12);
      expect(low).toBe(-high);
    }
  });

  it("contains the observed difference, stays in [−1, 1], is mirrored when the order is reversed, and narrows with the confidence", () => {
    const counts = fc
      .tuple(fc.nat(3000), fc.nat(3000), fc.nat(3000))
      .filter(([b, c, rest]) => b + c + rest > 0)
      .map(([b, c, rest]) => ({ b, c, n: b + c + rest }));
    fc.assert(
      fc.property(counts, ({ b, c, n }) => {
        const { low, high } = pairedDifferenceInterval(b, c, n);
        expect(-1 <= low && low <= (b - c) / n && (b - c) / n <= high && high <= 1).toBe(true);
        expect(pairedDifferenceInterval(c, b, n)).toEqual({ low: -high, high: -low });
        const half = pairedDifferenceInterval(b, c, n, 0.5);
        expect(low <= half.low && half.high <= high).toBe(true);
      }),
    );
  });

  it("covers the true difference 95 % of the time, counted over every outcome", () => {
    const coverages = [
      [0.1, 0.1],
      [0.2, 0.05],
      [0.05, 0.01],
      [0.4, 0.1],
      [0.02, 0.02],
    ].map(([first, second]) => {
      const n = 60;
      const difference = (first as number) - (second as number);
      let covered = 0;
      for (let b = 0; b <= n; b++) {
        for (let c = 0; b + c <= n; c++) {
          const { low, high } = pairedDifferenceInterval(b, c, n);
          if (low <= difference && difference <= high) covered += trinomial(b, c, n, first as number, second as number);
        }
      }
      return covered;
    });
    for (const coverage of coverages) {
      expect(coverage).toBeGreaterThan(0.935);
      expect(coverage).toBeLessThan(0.99);
    }
  });

  it("refuses impossible counts", () => {
    for (const [b, c, n] of [
      [0, 0, 0],
      [-1, 0, 5],
      [0.5, 0, 5],
      [3, 3, 5],
      [0, Number.NaN, 5],
    ] as const) {
      expect(() => pairedDifferenceInterval(b, c, n)).toThrow(RangeError);
    }
    expect(() => pairedDifferenceInterval(1, 1, 5, 1)).toThrow(RangeError);
  });
});
