import { describe, expect, it } from "vitest";
import { computeFilterTaps } from "../../src/image/filter-taps.ts";
import { horizontalPass, verticalPass } from "../../src/image/resample-passes.ts";
import { tapKernels } from "../../src/image/tap-kernels.ts";

/** Pixels that reach both ends of the range, so that overshoot is clipped. */
function noise(length: number): Uint8Array {
  let state = 12345;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    const value = state >>> 24;
    return value < 80 ? 0 : value > 180 ? 255 : value;
  });
}

describe("tapKernels", () => {
  // 41 rows are more than one block; shrinking by s takes about 4 s taps
  it("compute for every number of taps what the general loops compute", () => {
    const seen = new Set<number>();
    for (let source = 4; source <= 150; source++) {
      const filter = computeFilterTaps(source, 17, 0, 17, "bicubic");
      if (seen.has(filter.taps)) continue;
      seen.add(filter.taps);
      const kernels = tapKernels(filter.taps);

      const image = noise(source * 41 * 3);
      const words = new Int32Array(41 * 17);
      const expectedWords = new Int32Array(41 * 17);
      const view = new DataView(image.buffer);
      kernels.horizontal(view, source * 3, 0, 41, filter, words);
      horizontalPass(view, source * 3, 0, 41, filter, expectedWords);
      expect(words).toEqual(expectedWords);

      const columns = new Int32Array(noise(source * 5 * 4).buffer).map((word) => word & 0xffffff);
      const pixels = new Uint8Array(17 * 5 * 3 + 7);
      const expectedPixels = new Uint8Array(pixels.length);
      kernels.vertical(columns, 5, 0, filter, pixels, 7, 15);
      verticalPass(columns, 5, 0, filter, expectedPixels, 7, 15);
      expect(pixels).toEqual(expectedPixels);
    }
    expect([...seen].sort((a, b) => a - b)).toEqual(Array.from({ length: Math.max(...seen) - 3 }, (_, i) => i + 4));
    expect(Math.max(...seen)).toBeGreaterThan(32); // both sides of the limit of unrolling
  });

  it("are the general loops for a single tap and for very many", () => {
    expect(tapKernels(1)).toEqual({ horizontal: horizontalPass, vertical: verticalPass });
    expect(tapKernels(500)).toEqual({ horizontal: horizontalPass, vertical: verticalPass });
    expect(tapKernels(7).horizontal).not.toBe(horizontalPass);
  });
});
