import { describe, expect, it } from "vitest";
import { scoreInterval } from "../../../src/foundation/statistics/score-interval.ts";
import { expectedValues } from "../../analysis/robustness/expected.ts";

describe("Wilson's score interval", () => {
  it("equals scipy's, without successes, without failures and up to a million trials", () => {
    for (const [k, n, low, high] of expectedValues.scoreIntervals) {
      const interval = scoreInterval(k / n, n);
      expect(interval.low, `${k} of ${n}`).closeTo(low, 1e-12);
      expect(interval.high, `${k} of ${n}`).closeTo(high, 1e-12);
    }
  });

  it("refuses values that are not a fraction of at least one trial", () => {
    expect(() => scoreInterval(63.3, 100)).toThrow(/fraction in \[0, 1\], got 63.3/);
    expect(() => scoreInterval(0.5, 0)).toThrow(/at least one trial/);
    expect(() => scoreInterval(0.5, 10, 1)).toThrow(/confidence in \(0, 1\)/);
  });
});
