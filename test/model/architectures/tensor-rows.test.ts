import { describe, expect, it } from "vitest";
import { linearRows, tensorRows } from "../../../src/model/architectures/tensor-rows.ts";
import type { StoredTensor } from "../../../src/model/weights/weights.ts";

const packed: StoredTensor = {
  name: "kv.weight",
  type: "float16",
  shape: [6, 4],
  file: "/w",
  offset: 100,
  byteLength: 48,
  strides: null,
};

describe("tensorRows", () => {
  it("points at the rows inside the tensor", () => {
    expect(tensorRows(packed, 2, 5)).toEqual({
      ...packed,
      name: "kv.weight[2:5]",
      shape: [3, 4],
      offset: 100 + 2 * 4 * 2,
      byteLength: 3 * 4 * 2,
    });
  });

  it("keeps the strides of a tensor that is not row-major", () => {
    // stored (4, 6), seen as (6, 4): row r starts at element r; the last element of rows 2 to 4 is 3 · 6 + 4
    const transposed = { ...packed, strides: [1, 6] };
    const rows = tensorRows(transposed, 2, 5);
    expect(rows).toMatchObject({ shape: [3, 4], offset: 104, byteLength: (2 + 18 + 1) * 2, strides: [1, 6] });
    expect(rows.offset + rows.byteLength).toBeLessThanOrEqual(packed.offset + packed.byteLength);
  });

  it("takes the bias of a linear layer along", () => {
    const bias = { ...packed, name: "kv.bias", shape: [6], offset: 148, byteLength: 12 };
    expect(linearRows({ weight: packed, bias }, 3, 6).bias).toMatchObject({ shape: [3], offset: 154, byteLength: 6 });
    expect(linearRows({ weight: packed, bias: null }, 3, 6).bias).toBeNull();
  });
});
