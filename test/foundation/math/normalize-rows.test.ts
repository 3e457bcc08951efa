import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { matrix, row } from "../../../src/foundation/math/matrix.ts";
import { NoDirectionError, normalizeRows, normalizeRowsInPlace } from "../../../src/foundation/math/normalize-rows.ts";

describe("normalizeRows", () => {
  it("divides each row by its length and does not change the matrix", () => {
    const m = matrix(Float32Array.of(3, 4, 0, -2), 2, 2);
    expect(normalizeRows(m).data).toEqual(Float32Array.of(0.6, 0.8, 0, -1));
    expect(m.data).toEqual(Float32Array.of(3, 4, 0, -2));
  });

  it("gives rows of unit length for any finite row except zero, including the smallest and the largest", () => {
    const value = fc.float({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 40 }), (values) => {
        fc.pre(values.some((v) => v !== 0));
        const unit = normalizeRows(matrix(Float32Array.from(values), 1, values.length));
        // each element is rounded to float32: relative 2^-24, doubled in the sum of squares
        expect(Math.hypot(...row(unit, 0))).closeTo(1, 2 ** -23);
      }),
      { seed: 1 },
    );
  });

  it("names the first row that is zero or not finite", () => {
    const name = "image features";
    const of = (...values: number[]) => matrix(Float32Array.from(values), 2, 2);
    expect(() => normalizeRows(of(1, 1, 0, -0), name)).toThrow("image features: row 1 is zero, it has no direction");
    expect(() => normalizeRows(of(1, Number.NaN, 0, 0), name)).toThrow("image features: row 0 is not finite");
    expect(() => normalizeRows(of(1, 1, Number.NEGATIVE_INFINITY, 0))).toThrow("matrix: row 1 is not finite");
    expect(() => normalizeRows(of(1, 1, 0, 0))).toThrow(NoDirectionError);
  });
});

describe("normalizeRowsInPlace", () => {
  it("writes into the matrix", () => {
    const m = matrix(Float32Array.of(0, 5), 1, 2);
    normalizeRowsInPlace(m);
    expect(m.data).toEqual(Float32Array.of(0, 1));
  });
});
