import { describe, expect, it } from "vitest";
import { createNormalizationTable, normalizePixels } from "../../../src/data/image/normalize.ts";
import { sha256 } from "../../../src/foundation/files/sha256.ts";
import { readExpected } from "./expected.ts";

const values = Uint8Array.from({ length: 256 * 3 }, (_, i) => Math.floor(i / 3)); // (1, 256, 3)

describe("normalizePixels", () => {
  const expected = Object.entries(readExpected("expected.json").normalization ?? {});

  it("has every value's float32 bits from torchvision's ToTensor and Normalize", () => {
    expect(expected.length).toBe(4);
    for (const [name, { mean, std, tensor: hash }] of expected) {
      const tensor = new Float32Array(values.length);
      normalizePixels(values, createNormalizationTable(mean, std), tensor);
      expect(sha256(new Uint8Array(tensor.buffer)), name).toBe(hash);
    }
  });

  it("writes red, green and blue planes", () => {
    const tensor = new Float32Array(6);
    normalizePixels(Uint8Array.of(0, 51, 102, 153, 204, 255), createNormalizationTable([0, 0, 0], [1, 1, 1]), tensor);
    expect(tensor).toEqual(Float32Array.of(0, 153 / 255, 51 / 255, 204 / 255, 102 / 255, 1));
  });

  it("refuses lengths that do not match", () => {
    const table = createNormalizationTable([0, 0, 0], [1, 1, 1]);
    expect(() => normalizePixels(new Uint8Array(6), table, new Float32Array(5))).toThrow(RangeError);
  });
});
