import { readFileSync } from "node:fs";
import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { assemble } from "../../../scripts/build-wasm.ts";
import { computeFilterTaps, type FilterTaps } from "../../../src/data/image/filter-taps.ts";
import type { Interpolation } from "../../../src/data/image/preprocessing.ts";
import { type ResampleWork, resampleByLoops } from "../../../src/data/image/resample-loops.ts";
import { createSimdResample, type SimdResample } from "../../../src/data/image/resample-simd.ts";

/** Pixels that reach both ends of the range, so that overshoot is clipped. */
function noise(length: number, seed = 12345): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    const value = state >>> 24;
    return value < 80 ? 0 : value > 180 ? 255 : value;
  });
}

interface Axis {
  readonly length: number;
  readonly resized: number;
  readonly first: number;
  readonly count: number;
}

/** null for an axis whose length stays, as in `createResampler` */
function axisTaps({ length, resized, first, count }: Axis, by: Interpolation): FilterTaps | null {
  return length === resized ? null : computeFilterTaps(length, resized, first, count, by);
}

function planWork(x: Axis, y: Axis, by: Interpolation, source = noise(x.length * y.length * 3)): ResampleWork {
  const vertical = axisTaps(y, by);
  return {
    source,
    sourceWidth: x.length,
    firstRow: vertical === null ? y.first : vertical.starts[0]!,
    endRow: vertical === null ? y.first + y.count : vertical.starts.at(-1)! + vertical.taps,
    horizontal: axisTaps(x, by),
    left: x.first,
    vertical,
    width: x.count,
    height: y.count,
  };
}

/** Does the same work both ways, with a margin around each row that must not change. */
function both(simd: SimdResample, work: ResampleWork, start = 5, spare = 7): [simd: Uint8Array, loops: Uint8Array] {
  const stride = work.width * 3 + spare;
  const pixels = [1, 2].map(() => new Uint8Array(start + stride * work.height + 3).fill(99)) as [
    Uint8Array,
    Uint8Array,
  ];
  expect(simd(work, { pixels: pixels[0], start, stride })).toBe(true);
  resampleByLoops(work, { pixels: pixels[1], start, stride });
  return pixels;
}

function create(): SimdResample {
  const simd = createSimdResample();
  if (simd === null) throw new Error("this Node.js has no WebAssembly vectors, which the tests need");
  return simd;
}

const whole = (length: number, resized: number): Axis => ({ length, resized, first: 0, count: resized });

describe("createSimdResample", () => {
  afterEach(() => vi.unstubAllGlobals());

  it("computes what the loops compute, for any sizes, crops, filters and margins", () => {
    const simd = create(); // one instance for all, so that memory left by one image would affect the next
    const axis = fc
      .record({ length: fc.integer({ min: 1, max: 150 }), resized: fc.integer({ min: 1, max: 90 }) })
      .chain(({ length, resized }) =>
        fc.integer({ min: 0, max: resized - 1 }).chain((first) =>
          fc.record({
            length: fc.constant(length),
            resized: fc.constantFrom(resized, resized, resized, length).map((side) => Math.max(side, first + 1)),
            first: fc.constant(first),
            count: fc.integer({ min: 1, max: resized - first }),
          }),
        ),
      )
      .filter(({ resized, first, count }) => first + count <= resized);
    const by = fc.constantFrom("bicubic" as const, "bilinear" as const, "lanczos" as const);
    fc.assert(
      fc.property(axis, axis, by, fc.integer(), fc.nat(20), fc.nat(20), (x, y, filter, seed, start, spare) => {
        const source = noise(x.length * y.length * 3, seed);
        const [ours, loops] = both(simd, planWork(x, y, filter, source), start, spare);
        expect(Buffer.compare(ours, loops)).toBe(0);
      }),
      { seed: 11, numRuns: 1500 },
    );
  });

  it("does so for every number of taps, on both axes", () => {
    const simd = create();
    const seen = new Set<number>();
    for (let length = 18; length <= 150; length++) {
      const work = planWork(whole(length, 17), whole(length, 17), "bicubic");
      seen.add(work.vertical!.taps);
      const [ours, loops] = both(simd, work);
      expect(Buffer.compare(ours, loops)).toBe(0);
    }
    const all = [...seen].sort((a, b) => a - b);
    expect(all).toEqual(Array.from(all, (_, i) => all[0]! + i));
    expect([all[0]! <= 5, all.at(-1)! > 32]).toEqual([true, true]);
  });

  it("does so for an image with many bands and thousands of taps", () => {
    const simd = create();
    for (const [width, height] of [
      [3001, 700],
      [6007, 90],
      [31, 9001],
    ] as const) {
      const [ours, loops] = both(simd, planWork(whole(width, 21), whole(height, 19), "bicubic"));
      expect(Buffer.compare(ours, loops)).toBe(0);
    }
  });

  it("accepts the same sums for both axes, and for images of other widths", () => {
    const simd = create();
    const taps = computeFilterTaps(60, 24, 0, 24, "bicubic");
    const square = { ...planWork(whole(60, 24), whole(60, 24), "bicubic"), horizontal: taps, vertical: taps };
    const narrow = { ...square, source: noise(9 * 60 * 3), sourceWidth: 9, horizontal: null, width: 9 };
    for (const work of [square, narrow, square]) {
      const [ours, loops] = both(simd, work);
      expect(Buffer.compare(ours, loops)).toBe(0);
    }
  });

  it("does not overflow: white and black images, and the weights with the largest overshoot", () => {
    const simd = create();
    for (const [length, resized] of [
      [2, 90],
      [90, 89],
      [12001, 3],
    ] as const) {
      for (const pixel of [(): number => 255, (): number => 0, (i: number): number => (i % 2) * 255]) {
        const source = Uint8Array.from({ length: length * 30 * 3 }, (_, i) => pixel(Math.trunc(i / 3)));
        const [ours, loops] = both(simd, planWork(whole(length, resized), whole(30, 7), "bicubic", source));
        expect(Buffer.compare(ours, loops)).toBe(0);
      }
    }
  });

  it("leaves images that need too much memory to the loops", () => {
    const simd = create();
    const row = planWork(whole(6_000_000, 4), whole(1, 2), "bilinear", new Uint8Array(18_000_000));
    const tall = planWork(whole(2, 700), whole(40_000, 2), "bilinear", new Uint8Array(240_000));
    for (const work of [row, tall]) {
      const pixels = new Uint8Array(work.width * work.height * 3).fill(7);
      expect(simd(work, { pixels, start: 0, stride: work.width * 3 })).toBe(false);
      expect(pixels.every((pixel) => pixel === 7)).toBe(true);
    }
  });

  it("is null where the process has no WebAssembly, none with vectors, or no address space for it", () => {
    vi.stubGlobal("WebAssembly", undefined);
    expect(createSimdResample()).toBeNull();
    vi.unstubAllGlobals();
    const compile = vi.spyOn(WebAssembly, "Module");
    const { CompileError } = WebAssembly;
    for (const error of [new CompileError("Wasm SIMD unsupported"), new RangeError("could not allocate memory")]) {
      compile.mockImplementation(
        class {
          constructor() {
            throw error;
          }
        } as never,
      );
      expect(createSimdResample()).toBeNull();
    }
    compile.mockRestore();
    expect(createSimdResample()).not.toBeNull();
  });

  it("leaves an image to the loops where memory is refused", () => {
    const simd = create();
    const work = planWork(whole(900, 500), whole(900, 500), "bicubic");
    const grow = vi.spyOn(WebAssembly.Memory.prototype, "grow").mockImplementation(() => {
      throw new RangeError("Maximum memory size exceeded");
    });
    const pixels = new Uint8Array(500 * 500 * 3);
    expect(simd(work, { pixels, start: 0, stride: 1500 })).toBe(false);
    grow.mockRestore();
    const [ours, loops] = both(simd, work);
    expect(Buffer.compare(ours, loops)).toBe(0);
  });
});

describe("resample-wasm.ts", () => {
  it("is what resample.wat is assembled to", async () => {
    const committed = readFileSync(new URL("../../../src/data/image/resample-wasm.ts", import.meta.url), "utf8");
    expect(committed).toBe(await assemble());
  });
});
