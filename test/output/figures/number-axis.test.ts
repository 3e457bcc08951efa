import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { textWidth } from "../../../src/output/figures/figure-text.ts";
import { isDrawnAsLog, numberAxis, numberDomain } from "../../../src/output/figures/number-axis.ts";

const style = { direction: "x", fontSize: 9.5, measure: textWidth } as const;
const labels = (numbers: readonly number[], pixels = 264) => {
  const scale = isDrawnAsLog(numbers) ? "log" : "number";
  const axis = numberAxis(scale, numberDomain(scale, numbers), [0, pixels], style);
  return `${scale}: ${axis.ticks.map(axis.tickLabel).join(" ")}`;
};

describe("an axis of numbers", () => {
  it("is of their logarithm where they span more than two decades, all above 0", () => {
    expect([[1, 100], [1, 101], [0, 1e6], [-1, 1e6], [5]].map(isDrawnAsLog)).toEqual([
      false,
      true,
      false,
      false,
      false,
    ]);
  });

  it("has round ticks in every range", () => {
    expect(labels([160, 640, 2560, 10_240])).toBe("number: 0 2,000 4,000 6,000 8,000 10k");
    expect(labels([1e6, 4e8])).toBe("log: 1M 10M 100M");
    expect(labels([1e6, 3e8], 900)).toBe("log: 1M 2M 5M 10M 20M 50M 100M 200M");
    expect(labels([0.1, 0.35])).toBe("number: 0.1 0.15 0.2 0.25 0.3 0.35");
    expect(labels([7])).toBe("number: 4 5 6 7 8 9 10");
    expect(labels([1e-3, 1e12])).toBe("log: 0.01 1 100 10k 1M 100M 10B 1T");
  });

  it("never has ticks that collide, and holds every number", () => {
    const number = fc.double({ min: 1e-6, max: 1e12, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(number, { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 120, max: 800 }),
        (numbers, width) => {
          const scale = isDrawnAsLog(numbers) ? "log" : "number";
          const axis = numberAxis(scale, numberDomain(scale, numbers), [0, width], style);
          for (const value of numbers) {
            expect(value).toBeGreaterThanOrEqual(axis.domain[0]);
            expect(value).toBeLessThanOrEqual(axis.domain[1]);
          }
          axis.ticks.forEach((tick, i) => {
            expect(axis.toValue(axis.toPixel(tick)) / tick || 1).closeTo(1, 1e-6);
            const next = axis.ticks[i + 1];
            if (next === undefined) return;
            const half = (value: number) => textWidth(axis.tickLabel(value), 9.5) / 2;
            expect(axis.toPixel(next) - axis.toPixel(tick)).toBeGreaterThan(half(tick) + half(next));
          });
        },
      ),
      { seed: 3, numRuns: 300 },
    );
  });
});
