import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mcnemarPower } from "../../../src/foundation/statistics/mcnemar-power.ts";
import { minimumDetectableDifference } from "../../../src/foundation/statistics/minimum-detectable-difference.ts";
import { fixtures } from "../../helpers.ts";

const expected: {
  readonly tables: {
    readonly table: [number, number, number, number];
    readonly minimumDetectableDifference: number | null;
  }[];
  /** discordance, n, alpha, power, minimum detectable difference, power at half of it */
  readonly powers: [number, number, number, number, number, number][];
} = JSON.parse(readFileSync(join(fixtures, "comparison", "expected.json"), "utf8"));

/**
 * Half of it is the distance that the search's end may have from the root; the rest is the change of power per
 * difference.
 */
const TOLERANCE = 2e-9;

describe("minimumDetectableDifference", () => {
  it("equals scipy's search on the exact power, and is null where n is too small for any difference", () => {
    for (const { table, minimumDetectableDifference: wanted } of expected.tables) {
      const [both, b, c, neither] = table;
      const n = both + b + c + neither;
      const found = minimumDetectableDifference((b + c) / n, n);
      if (wanted === null) expect(found, table.join()).toBeNull();
      else expect(found, table.join()).closeTo(wanted, TOLERANCE);
    }
    const missing = expected.tables.filter(({ minimumDetectableDifference: wanted }) => wanted === null);
    expect(missing.length).toBeGreaterThan(0);
  });

  it("is a difference that the exact test detects with the requested power, at any level", () => {
    for (const [discordance, n, alpha, power, difference, atHalf] of expected.powers) {
      const found = minimumDetectableDifference(discordance, n, alpha, power) as number;
      expect(found).closeTo(difference, TOLERANCE);
      const reached = mcnemarPower(Math.max(discordance, found), found, n, alpha);
      expect(reached).toBeGreaterThanOrEqual(power);
      expect(reached).toBeLessThan(power + 1e-6);
      const half = difference / 2;
      expect(mcnemarPower(Math.max(discordance, half), half, n, alpha)).closeTo(atHalf, 1e-9);
    }
    expect(expected.powers).toHaveLength(8);
  });

  it("rises as more tests are decided together", () => {
    const at = (tests: number) => minimumDetectableDifference(0.1, 10_000, 0.05 / tests) as number;
    expect([1, 6, 9, 45].map(at).every((value, i, all) => i === 0 || value > (all[i - 1] as number))).toBe(true);
  });

  it("is reached with the requested power, and falls as n doubles", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: 6, max: 20_000 }),
        fc.integer({ min: 1, max: 50 }),
        (discordance, n, tests) => {
          const found = minimumDetectableDifference(discordance, n, 0.05 / tests);
          // All discordant images on one side are the strongest evidence that n can give
          expect(found === null).toBe(2 ** (1 - n) > 0.05 / tests);
          if (found === null) return;
          expect(found > 0 && found <= 1).toBe(true);
          const power = (difference: number) =>
            mcnemarPower(Math.max(discordance, difference), difference, n, 0.05 / tests);
          expect(power(found)).toBeGreaterThanOrEqual(0.8);
          expect(power(Math.max(0, found - 1e-6))).toBeLessThan(0.8);
          expect(minimumDetectableDifference(discordance, 2 * n, 0.05 / tests)).toBeLessThan(found);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("refuses what is not a fraction, a count, a level or a power", () => {
    expect(() => minimumDetectableDifference(1.1, 10)).toThrow(RangeError);
    expect(() => minimumDetectableDifference(0.1, 0)).toThrow(RangeError);
    expect(() => minimumDetectableDifference(0.1, 10, 0)).toThrow(RangeError);
    expect(() => minimumDetectableDifference(0.1, 10, 0.05, 0.5)).toThrow(RangeError);
  });
});
