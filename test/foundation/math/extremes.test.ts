import { describe, expect, it } from "vitest";
import { largest, smallest } from "../../../src/foundation/math/extremes.ts";

describe("extremes", () => {
  it("are found for a million values, and for none as by Math.min and Math.max", () => {
    const values = Array.from({ length: 1e6 }, (_, i) => (i * 7919) % 1_000_003);
    expect([smallest(values), largest(values)]).toEqual([0, 1_000_002]);
    expect([smallest([]), largest([])]).toEqual([Math.min(), Math.max()]);
    expect(largest([1, Number.NaN])).toBeNaN();
  });
});
