import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { float16ToNumber, fromFloat16, toFloat16 } from "../../../src/model/onnx/float16.ts";

const bitsOf = (value: number) => toFloat16(Float32Array.of(value))[0] as number;

describe("float16", () => {
  it("returns the same bits for every finite number of binary16", () => {
    const all = Uint16Array.from({ length: 0x10000 }, (_, i) => i).filter((half) => ((half >> 10) & 0x1f) !== 0x1f);
    expect(toFloat16(fromFloat16(all))).toEqual(all);
  });

  it("converts the numbers that IEEE 754 names", () => {
    const known: [number, number][] = [
      [0, 0x0000],
      [1, 0x3c00],
      [-2, 0xc000],
      [65_504, 0x7bff],
      [2 ** -14, 0x0400],
      [2 ** -24, 0x0001],
      [1 / 3, 0x3555],
      [Number.POSITIVE_INFINITY, 0x7c00],
      [Number.NEGATIVE_INFINITY, 0xfc00],
    ];
    for (const [value, half] of known) expect([value, bitsOf(value)]).toEqual([value, half]);
    expect(bitsOf(-0)).toBe(0x8000);
    expect(Number.isNaN(float16ToNumber(bitsOf(Number.NaN)))).toBe(true);
  });

  it("rounds to nearest, ties to even, and overflows from 65,520 on", () => {
    expect(bitsOf(1 + 2 ** -11)).toBe(0x3c00); // half way between 1 and the next: down to even
    expect(bitsOf(1 + 3 * 2 ** -11)).toBe(0x3c02); // half way: up to even
    expect(bitsOf(Math.fround(1 + 2 ** -11 + 2 ** -20))).toBe(0x3c01);
    expect(bitsOf(65_519.99609375)).toBe(0x7bff);
    expect(bitsOf(65_520)).toBe(0x7c00);
    expect(bitsOf(2 ** -25)).toBe(0x0000); // half of the smallest: down to even
    expect(bitsOf(Math.fround(2 ** -25 * 1.0001))).toBe(0x0001);
    expect(bitsOf(2047.5 * 2 ** -25)).toBe(0x0400); // the largest subnormal's upper half carries into a normal
  });

  it("returns the nearest binary16 number for any float32", () => {
    fc.assert(
      fc.property(fc.float({ min: -65_504, max: 65_504, noNaN: true }), (value) => {
        const half = bitsOf(value);
        const distance = Math.abs(float16ToNumber(half) - value);
        for (const neighbor of [half - 1, half + 1]) {
          const neighborValue = float16ToNumber(neighbor & 0xffff);
          if (Number.isFinite(neighborValue)) expect(distance).toBeLessThanOrEqual(Math.abs(neighborValue - value));
        }
      }),
    );
  });

  it("reads a view from the middle of its memory", () => {
    const values = Float32Array.of(9, 1, 2).subarray(1);
    expect(toFloat16(values)).toEqual(Uint16Array.of(0x3c00, 0x4000));
  });
});
