import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  byteSize,
  count,
  decimal,
  duration,
  megabytes,
  percent,
  percentRange,
  percentWords,
  points,
  pointsRange,
  probability,
  quantity,
  rate,
  shortNumber,
} from "../../src/foundation/number-text.ts";

describe("numbers for people", () => {
  it("have a minus sign (U+2212), and none where they round to zero", () => {
    expect([-0.955, -0.0004, -0, 0, 2].map((value) => decimal(value, 2))).toEqual([
      "−0.95",
      "0.00",
      "0.00",
      "0.00",
      "2.00",
    ]);
    expect([0.0613, -0.016, 0.0004, -0.0004, 0].map((difference) => points(difference))).toEqual([
      "+6.1",
      "−1.6",
      "0.0",
      "0.0",
      "0.0",
    ]);
    expect(points(-0.0004, 2)).toBe("−0.04");
  });

  it("are the same size with either sign, and read back as what was rounded", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 0, max: 4 }), (fraction, digits) => {
        const text = percent(fraction, digits);
        expect(Math.abs(Number(text) - 100 * fraction)).toBeLessThanOrEqual(0.5 * 10 ** -digits * (1 + 1e-9) + 1e-12);
        expect(points(fraction, digits).replace("+", "")).toBe(text);
        expect(points(-fraction, digits).replace("−", "")).toBe(text);
        expect(points(-fraction, digits).startsWith("−")).toBe(Number(text) !== 0);
      }),
      { seed: 1 },
    );
  });

  it("are formatted as ranges", () => {
    expect(percentRange(0.598, 0.766)).toBe("59.8–76.6");
    expect(pointsRange(-0.016, 0.0004)).toBe("−1.6 … 0.0");
  });

  it("are percentages in sentences, with two digits where they are small", () => {
    expect([0, 0.00102, 0.0512, 0.549].map(percentWords)).toEqual(["0 %", "0.10 %", "5.1 %", "54.9 %"]);
  });

  it("are p-values that are never zero", () => {
    expect([0, 9e-5, 1e-4, 0.00042, 0.001, 0.0412, 1].map(probability)).toEqual([
      "< 0.0001",
      "< 0.0001",
      "0.0001",
      "0.0004",
      "0.001",
      "0.041",
      "1.000",
    ]);
  });

  it("are formatted in full or short", () => {
    expect([12_800_000, 4.41, -0.002, 0].map(quantity)).toEqual(["12,800,000", "4.41", "−0.002", "0"]);
    expect([160, 2560, 9999, 10_000, 12_800_000, 34e9, 2e12].map(shortNumber)).toEqual([
      ...["160", "2,560", "9,999", "10k", "12.8M", "34B", "2T"],
    ]);
    expect([0, -0.5, -40_000, 0.00001, 3e15].map(shortNumber)).toEqual(["0", "−0.5", "−40k", "1e-5", "3e15"]);
  });

  it("are counts, rates, times and sizes", () => {
    expect(count(50_000)).toBe("50,000");
    expect([8.44, 123.4].map(rate)).toEqual(["8.4", "123"]);
    expect([0, 41.2, 59.2, 190, 7500].map(duration)).toEqual(["0 s", "42 s", "1 min 0 s", "3 min 10 s", "2 h 5 min"]);
    expect([612, 342.1e6, 3.21e9].map(byteSize)).toEqual(["612 bytes", "342 MB", "3.2 GB"]);
    expect([megabytes(342.06e6), megabytes(21_500, 2)]).toEqual(["342.1", "0.02"]);
  });
});
