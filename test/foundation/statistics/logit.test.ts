import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { inverseLogit, logit } from "../../../src/foundation/statistics/logit.ts";

describe("logit", () => {
  it("is the natural logarithm of the odds", () => {
    expect(logit(0.5)).toBe(0);
    expect(logit(0.75)).closeTo(Math.log(3), 1e-15); // one rounding of each logarithm
    expect(logit(0.2)).closeTo(-Math.log(4), 1e-15);
    expect(logit(1e-300)).closeTo(-300 * Math.LN10, 1e-12);
  });

  it("is inverted by inverseLogit", () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-12, max: 1 - 1e-12, noNaN: true }), (p) => {
        expect(inverseLogit(logit(p))).closeTo(p, 1e-14 * p);
      }),
      { seed: 1, numRuns: 1000 },
    );
  });

  it("reports that 0 and 1 have none, and that percent is not a fraction", () => {
    expect(() => logit(0)).toThrow("the logit of 0 is infinite");
    expect(() => logit(1)).toThrow("the logit of 1 is infinite");
    expect(() => logit(63.2)).toThrow("expected a fraction in (0, 1), got 63.2; percent must be divided by 100");
    expect(() => logit(-0.1)).toThrow(RangeError);
    expect(() => logit(Number.NaN)).toThrow(RangeError);
  });
});

describe("inverseLogit", () => {
  it("reaches 0 and 1 at the infinities, and refuses NaN", () => {
    expect(inverseLogit(0)).toBe(0.5);
    expect(inverseLogit(Number.NEGATIVE_INFINITY)).toBe(0);
    expect(inverseLogit(Number.POSITIVE_INFINITY)).toBe(1);
    expect(inverseLogit(-800)).toBe(0);
    expect(() => inverseLogit(Number.NaN)).toThrow(RangeError);
  });
});
