import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { FitScale } from "../../../src/analysis/lines/fit-scale.ts";
import { accuracyAxis, tickLabel } from "../../../src/output/figures/accuracy-axis.ts";
import { textWidth } from "../../../src/output/figures/figure-text.ts";

const labels = (scale: FitScale, low: number, high: number, pixels: number) =>
  accuracyAxis(scale, [low, high], [0, pixels], { direction: "x", fontSize: 9.5, measure: textWidth })
    .ticks.map(tickLabel)
    .join(" ");

describe("ticks", () => {
  it("are at round percentages for any range", () => {
    expect(labels("logit", 0.15, 0.86, 250)).toBe("20 30 40 50 60 70 80");
    expect(labels("logit", 0.006, 0.94, 260)).toBe("1 2 5 10 20 30 50 70 80 90");
    expect(labels("logit", 0.91, 0.996, 250)).toBe("95 98 99 99.5");
    expect(labels("linear", 0, 1, 250)).toBe("0 10 20 30 40 50 60 70 80 90 100");
    expect(labels("probit", 0.61, 0.66, 250)).toBe("61 62 63 64 65 66");
  });

  it("never collide, are inside the axis, and are at least two on an axis of common length", () => {
    fc.assert(
      fc.property(
        fc.constantFrom<FitScale>("logit", "probit", "linear"),
        fc.double({ min: 0.001, max: 0.99, noNaN: true }),
        fc.double({ min: 0.002, max: 0.9, noNaN: true }),
        fc.integer({ min: 120, max: 600 }),
        (scale, low, length, pixels) => {
          const high = Math.min(0.999, low + length);
          fc.pre(high - low > 0.002);
          const axis = accuracyAxis(scale, [low, high], [10, 10 + pixels], {
            direction: "x",
            fontSize: 9.5,
            measure: textWidth,
          });
          expect(axis.ticks.length).toBeGreaterThanOrEqual(2);
          axis.ticks.forEach((tick, i) => {
            expect(tick).toBeGreaterThanOrEqual(low);
            expect(tick).toBeLessThanOrEqual(high);
            expect(axis.toValue(axis.toPixel(tick))).closeTo(tick, 1e-9);
            const next = axis.ticks[i + 1];
            if (next === undefined) return;
            const room = (textWidth(tickLabel(tick), 9.5) + textWidth(tickLabel(next), 9.5)) / 2;
            expect(axis.toPixel(next) - axis.toPixel(tick)).toBeGreaterThan(room);
          });
        },
      ),
    );
  });
});
