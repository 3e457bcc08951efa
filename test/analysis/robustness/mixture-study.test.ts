import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { holmFamily, replicatesFor } from "../../../src/analysis/robustness/holm-family.ts";
import { mixtureVerdict } from "../../../src/analysis/robustness/mixture-study.ts";
import { holm } from "../../../src/foundation/statistics/holm.ts";

const test = (pHolm: number) => ({ statistic: 1, df1: 1, df2: 9, p: 0.01, pHolm, quickP: 0.01, replicates: 1999 });

describe("the verdict on a mixture's line", () => {
  it("is of slopes first, then of linearity, then of heights", () => {
    const verdict = (slopes: number | null, lackOfFit: number | null, heights: number) =>
      mixtureVerdict({
        slopes: slopes === null ? null : test(slopes),
        lackOfFit: lackOfFit === null ? null : test(lackOfFit),
        heights: test(heights),
      });
    expect(verdict(0.04, 0.04, 0.04)).toBe("slopes-differ");
    expect(verdict(0.06, 0.04, 0.04)).toBe("not-linear");
    expect(verdict(0.06, 0.06, 0.04)).toBe("dilution");
    expect(verdict(null, null, 0.04)).toBe("dilution");
    expect(verdict(0.06, 0.06, 0.05)).toBe("no-difference-shown");
  });
});

describe("the family of a study", () => {
  it("adjusts by Holm over its members that have a p value, each as the object it is", () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.double({ min: 0, max: 1, noNaN: true })), { maxLength: 8 }), (values) => {
        const members = values.map((p) => ({ p }));
        const family = holmFamily(members);
        const tested = members.filter(({ p }) => p !== null);
        expect(family.size).toBe(tested.length);
        expect(tested.map((member) => family.adjust(member).pHolm)).toEqual(holm(tested.map(({ p }) => p as number)));
        expect(() => family.adjust({ p: 0.5 })).toThrow(/expected a member of the family/);
      }),
      { seed: 6 },
    );
  });

  it("asks a bootstrap for enough data sets that its smallest p value survives the adjustment", () => {
    expect(replicatesFor(3)).toBe(1999);
    for (const size of [27, 100, 1000]) expect(size / (1 + replicatesFor(size))).toBeLessThanOrEqual(0.0136);
  });
});
