import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createPreprocessor } from "../../../src/data/image/preprocess-image.ts";
import { createPreprocessing } from "../../../src/data/image/preprocessing.ts";

const side = fc.integer({ min: 1, max: 130 });
const target = fc.integer({ min: 1, max: 80 });
const mode = fc.constantFrom("shortest" as const, "squash" as const);
const interpolation = fc.constantFrom("bicubic" as const, "bilinear" as const, "lanczos" as const);

describe("createResampler", () => {
  it("resizes a constant image to a constant image, for any sizes", () => {
    fc.assert(
      fc.property(
        side,
        side,
        target,
        target,
        mode,
        interpolation,
        fc.nat(255),
        (width, height, h, w, resizeMode, by, value) => {
          const size = { height: h, width: w };
          const preprocessor = createPreprocessor(createPreprocessing({ size, resizeMode, interpolation: by }));
          const pixels = new Uint8Array(h * w * 3);
          preprocessor.toPixels({ data: new Uint8Array(width * height * 3).fill(value), width, height }, pixels);
          expect(pixels.every((pixel) => pixel === value)).toBe(true);
        },
      ),
      { seed: 4, numRuns: 400 },
    );
  });

  it("reads nothing outside the image: adjacent memory changes no pixels", () => {
    fc.assert(
      fc.property(side, side, target, target, mode, interpolation, (width, height, h, w, resizeMode, by) => {
        const preprocess = (around: number): Uint8Array => {
          const memory = new Uint8Array(width * height * 3 + 64).fill(around);
          const data = memory.subarray(32, 32 + width * height * 3);
          for (let i = 0; i < data.length; i++) data[i] = (i * 37) % 251;
          const size = { height: h, width: w };
          const preprocessor = createPreprocessor(createPreprocessing({ size, resizeMode, interpolation: by }));
          const pixels = new Uint8Array(h * w * 3);
          preprocessor.toPixels({ data, width, height }, pixels);
          return pixels;
        };
        expect(Buffer.compare(preprocess(0), preprocess(255))).toBe(0);
      }),
      { seed: 5, numRuns: 200 },
    );
  });

  it("gives the same pixels whether or not it has resized other images before", () => {
    const preprocessor = createPreprocessor(createPreprocessing({ size: 32 }));
    const image = (width: number, height: number) => ({
      width,
      height,
      data: Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 7919) % 256),
    });
    const resized = (width: number, height: number): Uint8Array => {
      const pixels = new Uint8Array(32 * 32 * 3);
      preprocessor.toPixels(image(width, height), pixels);
      return pixels;
    };
    const first = resized(61, 47);
    for (let i = 1; i < 90; i++) resized(40 + i, 200 - i); // more sizes than it keeps
    expect(resized(61, 47)).toEqual(first);
  });

  it("does not change the decoded image", () => {
    const data = Uint8Array.from({ length: 50 * 40 * 3 }, (_, i) => i % 256);
    const before = data.slice();
    const pixels = new Uint8Array(64 * 64 * 3);
    createPreprocessor(createPreprocessing({ size: 64 })).toPixels({ data, width: 50, height: 40 }, pixels);
    expect(data).toEqual(before);
  });

  it("refuses memory of another size than the image or the result", () => {
    const preprocessor = createPreprocessor(createPreprocessing({ size: 8 }));
    const pixels = new Uint8Array(8 * 8 * 3);
    expect(() => preprocessor.toPixels({ data: new Uint8Array(11), width: 2, height: 2 }, pixels)).toThrow(RangeError);
    const image = { data: new Uint8Array(12), width: 2, height: 2 };
    expect(() => preprocessor.toPixels(image, new Uint8Array(5))).toThrow(/space for 8 × 8 × 3 bytes, got 5/);
  });
});
