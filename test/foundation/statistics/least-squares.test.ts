import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { leastSquares, lineAt, lineSe } from "../../../src/foundation/statistics/least-squares.ts";
import { studentTQuantile } from "../../../src/foundation/statistics/student-t.ts";

interface ExpectedLine {
  readonly name: string;
  readonly x: number[];
  readonly y: number[];
  readonly slope: number;
  readonly intercept: number;
  readonly r2: number;
  readonly residualSd: number;
  readonly slopeSe: number;
  readonly interceptSe: number;
  /** x, confidence, low and high of the line, low and high of a new point */
  readonly intervals: [number, number, number, number, number, number][];
}

/** Made by test/fixtures/statistics/make-least-squares.py. */
const EXPECTED: ExpectedLine[] = JSON.parse(
  readFileSync(new URL("../../fixtures/statistics/least-squares.json", import.meta.url), "utf8"),
);

// Relative to the largest input: the rounding of the sums. Far from 0, the intercept is a difference of numbers near
// 1e6.
const RELATIVE = 1e-9;

describe.each(EXPECTED)("a line through $name", (expected) => {
  const line = leastSquares(Object.freeze(expected.x), Object.freeze(expected.y));

  it("has the slope, intercept, r2, residual deviation and standard errors of scipy and mpmath", () => {
    for (const key of ["slope", "intercept", "r2", "residualSd", "slopeSe", "interceptSe"] as const) {
      expect(line[key], key).closeTo(expected[key], RELATIVE * Math.max(Math.abs(expected[key]), 1e-3));
    }
    expect([line.n, line.xMin, line.xMax]).toEqual([
      expected.x.length,
      Math.min(...expected.x),
      Math.max(...expected.x),
    ]);
  });

  it("has the standard errors of the t intervals of the line and of a new point, inside and outside its x", () => {
    for (const [x, confidence, low, high, newLow, newHigh] of expected.intervals) {
      const delta = RELATIVE * Math.max(1, Math.abs(low), Math.abs(high));
      const t = studentTQuantile((1 + confidence) / 2, line.n - 2);
      const reach = t * lineSe(line, x);
      const newReach = t * Math.hypot(line.residualSd, lineSe(line, x));
      expect(lineAt(line, x) - reach).closeTo(low, delta);
      expect(lineAt(line, x) + reach).closeTo(high, delta);
      expect(lineAt(line, x) - newReach).closeTo(newLow, delta);
      expect(lineAt(line, x) + newReach).closeTo(newHigh, delta);
    }
  });
});

describe("leastSquares", () => {
  it("fits points on a line without residual", () => {
    const line = leastSquares([0, 1, 2, 4], [1, 3, 5, 9]);
    expect([line.slope, line.intercept, line.r2, line.residualSd]).toEqual([2, 1, 1, 0]);
    expect(lineAt(line, 3)).toBe(7);
    expect(lineSe(line, 100)).toBe(0);
  });

  it("has an r2 of 0 where y is constant, not NaN", () => {
    expect(leastSquares([0.1, 0.2, 0.7], [0.3, 0.3, 0.3])).toMatchObject({ slope: 0, r2: 0, residualSd: 0 });
  });

  it("refuses fewer than three points, equal x, values that are not finite and lists of different length", () => {
    expect(() => leastSquares([1, 2], [1, 2])).toThrow(
      "a line with its uncertainty needs at least three points, got 2",
    );
    expect(() => leastSquares([0.1, 0.1, 0.1], [1, 2, 3])).toThrow(
      "a line needs at least two different x, got 0.1 3 times",
    );
    expect(() => leastSquares([1, Number.NaN, 3], [1, 2, 3])).toThrow(
      "point 1: expected finite numbers, got x = NaN, y = 2",
    );
    expect(() => leastSquares([1, 2, 3], [1, 2, Number.NEGATIVE_INFINITY])).toThrow("point 2: expected finite numbers");
    expect(() => leastSquares([1, 2, 3], [1, 2])).toThrow("a line needs equal numbers of x and y, got 3 and 2");
  });
});
