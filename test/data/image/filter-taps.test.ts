import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { computeFilterTaps } from "../../../src/data/image/filter-taps.ts";

const length = fc.integer({ min: 1, max: 3000 });
const interpolation = fc.constantFrom("bicubic" as const, "bilinear" as const, "lanczos" as const);

describe("computeFilterTaps", () => {
  it("keeps every tap inside the source, and the starts in order", () => {
    fc.assert(
      fc.property(length, fc.integer({ min: 1, max: 600 }), interpolation, (source, resized, by) => {
        const { starts, taps } = computeFilterTaps(source, resized, 0, resized, by);
        expect(starts.every((start, i) => start >= (starts[i - 1] ?? 0) && start + taps <= source)).toBe(true);
      }),
      { seed: 2, numRuns: 500 },
    );
  });

  it("gives weights that sum to 2^22 up to the rounding of each", () => {
    fc.assert(
      fc.property(length, fc.integer({ min: 1, max: 300 }), interpolation, (source, resized, by) => {
        const { weights, taps } = computeFilterTaps(source, resized, 0, resized, by);
        for (let i = 0; i < resized; i++) {
          const sum = weights.subarray(i * taps, (i + 1) * taps).reduce((a, b) => a + b, 0);
          expect(Math.abs(sum - 2 ** 22)).toBeLessThanOrEqual(taps / 2); // each weight is rounded by at most one half
        }
      }),
      { seed: 3, numRuns: 300 },
    );
  });

  it("computes a part of an axis equal to that part of the whole axis", () => {
    const whole = computeFilterTaps(500, 298, 0, 298, "bicubic");
    const part = computeFilterTaps(500, 298, 37, 224, "bicubic");
    expect(part.taps).toBe(whole.taps);
    expect(part.starts).toEqual(whole.starts.slice(37, 37 + 224));
    expect(part.weights).toEqual(whole.weights.slice(37 * whole.taps, (37 + 224) * whole.taps));
  });

  it("copies pixels at scale 1: bicubic gives weight to the center alone", () => {
    const { starts, weights, taps } = computeFilterTaps(9, 9, 0, 9, "bicubic");
    const centers = Array.from(starts, (start, i) => start + weights.indexOf(2 ** 22, i * taps) - i * taps);
    expect(centers).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(weights.filter((weight) => weight !== 0)).toEqual(new Int32Array(9).fill(2 ** 22));
  });
});
