import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { planGeometry, roundHalfEven } from "../../../src/data/image/crop.ts";
import { createPreprocessing } from "../../../src/data/image/preprocessing.ts";
import { InputError } from "../../../src/foundation/errors.ts";

describe("planGeometry", () => {
  it("truncates the longer side of a square shortest resize", () => {
    const geometry = planGeometry({ width: 500, height: 375 }, createPreprocessing({ size: 224 }));
    expect(geometry.resized).toEqual({ width: 298, height: 224 }); // 298.67
    expect(geometry.window).toEqual({ width: 224, height: 224 });
  });

  it("places the center crop at half the margin, rounded half to even, as torchvision does", () => {
    const starts = [0, 1, 2, 3, 4, 5, 6, 7].map(
      (margin) => planGeometry({ width: 224, height: 224 + margin }, createPreprocessing({ size: 224 })).top,
    );
    expect(starts).toEqual([0, 0, 1, 2, 2, 2, 3, 4]);
  });

  it("pads longest with the smaller half first and the fill color", () => {
    const preprocessing = createPreprocessing({ size: 64, resizeMode: "longest", fillColor: 127 });
    const geometry = planGeometry({ width: 100, height: 61 }, preprocessing);
    expect(geometry.resized).toEqual({ width: 64, height: 39 });
    expect(geometry).toMatchObject({ padTop: 12, padLeft: 0, fill: 127, top: 0, left: 0 });
  });

  it("uses bicubic for shortest to a rectangle regardless of the configuration, as open_clip does", () => {
    const size = { height: 48, width: 80 };
    const image = { width: 61, height: 47 };
    expect(planGeometry(image, createPreprocessing({ size, interpolation: "bilinear" })).interpolation).toBe("bicubic");
    const squash = createPreprocessing({ size, interpolation: "bilinear", resizeMode: "squash" });
    expect(planGeometry(image, squash).interpolation).toBe("bilinear");
  });

  it("refuses an image whose short side would round to zero pixels, naming both sizes", () => {
    const preprocessing = createPreprocessing({ size: 224, resizeMode: "longest" });
    expect(() => planGeometry({ width: 2000, height: 3 }, preprocessing)).toThrow(InputError);
    expect(() => planGeometry({ width: 2000, height: 3 }, preprocessing)).toThrow(/2000 × 3 .* 224 × 224/);
  });

  it("keeps the window inside the resized image and inside the result, for any size and mode", () => {
    const side = fc.integer({ min: 1, max: 5000 });
    const target = fc.integer({ min: 1, max: 400 });
    const mode = fc.constantFrom("shortest" as const, "squash" as const, "longest" as const);
    fc.assert(
      fc.property(side, side, target, target, mode, (width, height, targetHeight, targetWidth, resizeMode) => {
        const size = { height: targetHeight, width: targetWidth };
        let geometry: ReturnType<typeof planGeometry>;
        try {
          geometry = planGeometry({ width, height }, createPreprocessing({ size, resizeMode }));
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
          expect(resizeMode).toBe("longest");
          expect(Math.max(width, height)).toBeGreaterThan(2 * Math.min(width, height));
          return;
        }
        const { resized, window, top, left, padTop, padLeft } = geometry;
        expect(Math.min(top, left)).toBeGreaterThanOrEqual(0);
        expect(Math.min(window.height, window.width)).toBeGreaterThanOrEqual(1);
        expect(top + window.height).toBeLessThanOrEqual(resized.height);
        expect(left + window.width).toBeLessThanOrEqual(resized.width);
        expect(padTop + window.height).toBeLessThanOrEqual(size.height);
        expect(padLeft + window.width).toBeLessThanOrEqual(size.width);
      }),
      { seed: 1, numRuns: 2000 },
    );
  });
});

describe("roundHalfEven", () => {
  it("rounds as Python's round does", () => {
    // [round(x) for x in (0.5, 1.5, 2.5, 3.5, 0.49999999999999994, 2.6, 2.4, 7.0)]
    expect([0.5, 1.5, 2.5, 3.5, 0.49999999999999994, 2.6, 2.4, 7].map(roundHalfEven)).toEqual([0, 2, 2, 4, 0, 3, 2, 7]);
  });
});
