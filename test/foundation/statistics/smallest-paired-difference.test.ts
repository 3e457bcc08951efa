import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { smallestPairedDifference } from "../../../src/foundation/statistics/smallest-paired-difference.ts";
import { fixtures } from "../../helpers.ts";

const expected: {
  readonly tables: { readonly table: [number, number, number, number]; readonly smallestDifference: number | null }[];
  /** discordance, n, alpha, power, difference, power of the exact test at that difference */
  readonly powers: [number, number, number, number, number, number][];
} = JSON.parse(readFileSync(join(fixtures, "comparison", "expected.json"), "utf8"));

describe("smallestPairedDifference", () => {
  it("equals Connor's sample size solved by scipy, and is null where n is too small for any difference", () => {
    for (const { table, smallestDifference } of expected.tables) {
      const [both, b, c, neither] = table;
      const n = both + b + c + neither;
      const own = smallestPairedDifference((b + c) / n, n);
      if (smallestDifference === null) expect(own, table.join()).toBeNull();
      else expect(own, table.join()).closeTo(smallestDifference, 1e-9);
    }
    expect(expected.tables.filter(({ smallestDifference }) => smallestDifference === null).length).toBeGreaterThan(0);
  });

  it("is a difference that the exact test shows with nearly the power asked, counted over every table", () => {
    for (const [discordance, n, alpha, power, difference, exact] of expected.powers) {
      expect(smallestPairedDifference(discordance, n, alpha, power)).closeTo(difference, 1e-9);
      expect(exact).toBeGreaterThan(power - 0.03);
      expect(exact).toBeLessThan(power + 0.005);
    }
    expect(expected.powers).toHaveLength(5);
  });

  it("falls with n and rises with the discordance", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: 4, max: 200_000 }),
        (discordance, n) => {
          const here = smallestPairedDifference(discordance, n) as number;
          expect(here > 0 && here <= 1).toBe(true);
          expect(smallestPairedDifference(discordance, n + 1)).toBeLessThan(here);
          expect(smallestPairedDifference(discordance / 2, n)).toBeLessThanOrEqual(here + 1e-15);
        },
      ),
    );
  });

  it("refuses what is not a fraction, a count, a level or a power", () => {
    expect(() => smallestPairedDifference(1.1, 10)).toThrow(RangeError);
    expect(() => smallestPairedDifference(0.1, 0)).toThrow(RangeError);
    expect(() => smallestPairedDifference(0.1, 10, 0)).toThrow(RangeError);
    expect(() => smallestPairedDifference(0.1, 10, 0.05, 0.5)).toThrow(RangeError);
  });
});
