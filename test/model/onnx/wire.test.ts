import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  delimitedField,
  fieldKey,
  fieldsOf,
  joinPieces,
  varintField,
  varintsOf,
} from "../../../src/model/onnx/wire.ts";

const number = fc.integer({ min: 1, max: 2 ** 29 - 1 });
const field = fc.oneof(
  fc.record({ number, wire: fc.constant(0), value: fc.maxSafeNat() }),
  fc.record({ number, wire: fc.constant(2), content: fc.uint8Array({ maxLength: 300 }) }),
  fc.record({ number, wire: fc.constant(5), content: fc.uint8Array({ minLength: 4, maxLength: 4 }) }),
  fc.record({ number, wire: fc.constant(1), content: fc.uint8Array({ minLength: 8, maxLength: 8 }) }),
);

describe("fieldsOf", () => {
  it("returns the fields that were written, and their bytes", () => {
    fc.assert(
      fc.property(fc.array(field), (fields) => {
        const pieces = fields.map((field) => {
          if (!("content" in field)) return varintField(field.number, field.value);
          if (field.wire === 2) return joinPieces(delimitedField(field.number, [field.content]));
          return joinPieces([fieldKey(field.number, field.wire), field.content]);
        });
        const read = [...fieldsOf(joinPieces(pieces))];
        expect(read.map((field) => [field.number, field.wire])).toEqual(
          fields.map((field) => [field.number, field.wire]),
        );
        expect(read.map(({ raw }) => raw)).toEqual(pieces);
        for (const [i, field] of fields.entries()) {
          if ("content" in field) expect(read[i]?.body).toEqual(field.content);
          else expect(read[i]?.value).toBe(field.value);
        }
      }),
      { seed: 3 },
    );
  });

  it.each([
    ["ends within a number", [8, 128]],
    ["ends within eight bytes", [9, 1, 2, 3]],
    ["ends within a text", [10, 5, 1]],
    ["has a number of 11 bytes", [8, ...Array(10).fill(255), 1]],
    ["has a wire type that there is not", [11]],
  ])("refuses what %s", (_, bytes) => {
    expect(() => [...fieldsOf(Uint8Array.from(bytes))]).toThrow(RangeError);
  });
});

describe("varintField", () => {
  it("writes negative numbers as 64 bits", () => {
    expect(varintField(1, -1)).toEqual(Uint8Array.of(8, ...Array(9).fill(255), 1));
    expect(varintField(1, 2n ** 64n - 1n)).toEqual(varintField(1, -1));
  });
});

describe("varintsOf", () => {
  it("returns packed numbers, and refuses a truncated one", () => {
    expect([...varintsOf(Uint8Array.of(1, 0x80, 1, 127))]).toEqual([1, 128, 127]);
    expect(() => [...varintsOf(Uint8Array.of(1, 0x80))]).toThrow(RangeError);
  });
});
