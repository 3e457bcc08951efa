import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Change, robustnessChange } from "../../bench/_paired-robustness.ts";

const change = fc
  .record({
    value: fc.double({ min: -0.2, max: 0.2, noNaN: true }),
    width: fc.double({ min: 0.001, max: 0.1, noNaN: true }),
  })
  .map(({ value, width }): Change => ({ value, low: value - width, high: value + 2 * width }));

describe("robustnessChange", () => {
  it("is the difference of two differences on the line of equal accuracies, with the combined widths of their intervals", () => {
    fc.assert(
      fc.property(fc.double({ min: 0.45, max: 0.55, noNaN: true }), change, change, (idAccuracy, id, shift) => {
        const joined = robustnessChange({ slope: 1, intercept: 0 }, idAccuracy, id, shift);
        expect(joined.value).closeTo(shift.value - id.value, 1e-12);
        // independent errors: variances add, each side with the bound that matters for it
        expect(joined.value - joined.low).closeTo(Math.hypot(shift.value - shift.low, id.high - id.value), 1e-12);
        expect(joined.high - joined.value).closeTo(Math.hypot(shift.high - shift.value, id.value - id.low), 1e-12);
      }),
    );
  });

  it("maps the change in distribution along a steep line", () => {
    const none: Change = { value: 0, low: 0, high: 0 };
    // logit of the line at 0.7 and at 0.6: 3 x − 2.4 with x = ln(p / (1 − p))
    const at = (p: number) => 1 / (1 + Math.exp(-(3 * Math.log(p / (1 - p)) - 2.4)));
    const lost = robustnessChange({ slope: 3, intercept: -2.4 }, 0.7, { value: -0.1, low: -0.1, high: -0.1 }, none);
    expect(lost.value).closeTo(at(0.7) - at(0.6), 1e-12);
    expect([lost.low, lost.high]).toEqual([lost.value, lost.value]);
  });

  it("has an interval even if no image differs, and at accuracies of exactly 0 and 1", () => {
    const unchanged: Change = { value: 0, low: -0.05, high: 0.05 };
    for (const idAccuracy of [0, 0.5, 1]) {
      const { value, low, high } = robustnessChange({ slope: 2, intercept: -0.3 }, idAccuracy, unchanged, unchanged);
      expect(value).toBe(0);
      expect(low).toBeLessThan(-0.04);
      expect(high).toBeGreaterThan(0.04);
    }
  });
});
