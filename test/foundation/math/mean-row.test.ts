import { describe, expect, it } from "vitest";
import { matrix } from "../../../src/foundation/math/matrix.ts";
import { meanRow } from "../../../src/foundation/math/mean-row.ts";

describe("meanRow", () => {
  const m = matrix(Float32Array.of(1, 2, 3, 4, 5, 9), 3, 2);

  it("is the mean over all rows, or over the listed rows, each as often as it is listed", () => {
    expect(meanRow(m)).toEqual(Float32Array.of(3, 5));
    expect(meanRow(m, Int32Array.of(0, 2))).toEqual(Float32Array.of(3, 5.5));
    expect(meanRow(m, Int32Array.of(1, 1, 1, 0))).toEqual(Float32Array.of(2.5, 3.5));
  });

  it("sums in float64", () => {
    const column = matrix(Float32Array.of(2 ** 24, 1, 1, 2 ** 24), 4, 1);
    expect(meanRow(column)).toEqual(Float32Array.of((2 ** 25 + 2) / 4)); // a float32 sum would lose both ones
  });

  it("refuses no rows and rows outside the matrix", () => {
    expect(() => meanRow(m, new Int32Array(0))).toThrow("the mean of no rows is undefined");
    expect(() => meanRow(m, Int32Array.of(3))).toThrow("expected rows in 0..2, got 3");
  });
});
