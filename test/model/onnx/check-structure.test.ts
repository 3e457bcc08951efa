import fc from "fast-check";
import { PbfReader } from "pbf";
import { describe, expect, it } from "vitest";
import { findFault } from "../../../src/model/onnx/check-structure.ts";
import { FIELD, readModelProto } from "../../../src/model/onnx/onnx-schema.ts";
import { delimitedField, fieldKey, joinPieces, varintField } from "../../../src/model/onnx/wire.ts";
import { tinyBoth } from "../checkpoint/tiny-towers.ts";

const whole = tinyBoth({ text: { vocabulary: 20 }, vision: { activation: "QuickGELU" } });

/** A model whose graph has one or several fields. */
const withGraph = (...pieces: Uint8Array[]) => joinPieces(delimitedField(FIELD.ModelProto.graph, pieces));
const withTensor = (...pieces: Uint8Array[]) => withGraph(...delimitedField(FIELD.GraphProto.initializer, pieces));

describe("findFault", () => {
  it("finds none in a sound model", () => {
    expect(findFault(whole, "ModelProto")).toBe(null);
  });

  it("rejects everything that the reader would read past or misread: bytes changed or truncated, 3,000 times", () => {
    const change = fc.tuple(fc.nat(whole.length - 1), fc.nat(255));
    let sound = 0;
    fc.assert(
      fc.property(fc.array(change, { maxLength: 3 }), fc.nat(whole.length), (changes, cut) => {
        const bytes = whole.slice(0, changes.length === 0 ? cut : whole.length);
        for (const [at, byte] of changes) bytes[at] = byte;
        if (findFault(bytes, "ModelProto") !== null) return;
        sound++;
        const reader = new PbfReader(bytes);
        try {
          readModelProto(reader);
        } catch (cause) {
          // The only check that is left to the reader
          expect((cause as Error).message).toMatch(/varint not more than 10 bytes/);
          return;
        }
        expect(reader.pos).toBe(bytes.length);
      }),
      { numRuns: 3000, seed: 17 },
    );
    expect(sound).toBeGreaterThan(300);
  });

  it.each([
    ["a message as a number", joinPieces([varintField(FIELD.ModelProto.graph, 2), whole])],
    ["a text as a number", withGraph(varintField(FIELD.GraphProto.name, 2))],
    ["a number as a text", withTensor(...delimitedField(FIELD.TensorProto.dataType, [Uint8Array.of(1)]))],
    ["a message longer than the one around it", withGraph(fieldKey(FIELD.GraphProto.node, 2), Uint8Array.of(9))],
    [
      "packed floats that end within one",
      withTensor(...delimitedField(FIELD.TensorProto.floatData, [new Uint8Array(5)])),
    ],
    [
      "packed numbers that end within one",
      withTensor(...delimitedField(FIELD.TensorProto.dims, [Uint8Array.of(1, 128)])),
    ],
    ["two graphs", joinPieces([withGraph(), withGraph()])],
    ["a field of number 0", withGraph(Uint8Array.of(0, 0))],
  ])("reports %s as damaged", (_, bytes) => {
    expect(findFault(bytes, "ModelProto")).toBe("damaged");
  });

  it("skips unknown fields of any wire type", () => {
    const unknown = [varintField(100, 5), ...delimitedField(101, [Uint8Array.of(255, 255)])];
    expect(findFault(withGraph(...unknown, fieldKey(102, 5), new Uint8Array(4)), "ModelProto")).toBe(null);
  });

  it("counts messages and values before they exhaust memory", () => {
    const attributes = new Uint8Array(2 * 2_000_001);
    for (let i = 0; i < attributes.length; i += 2) attributes.set([FIELD.NodeProto.attribute * 8 + 2, 0], i);
    const node = delimitedField(FIELD.GraphProto.node, [attributes]);
    expect(findFault(withGraph(...node), "ModelProto")).toBe("too large");
    const values = new Uint8Array(32_000_001);
    expect(findFault(withTensor(...delimitedField(FIELD.TensorProto.dims, [values])), "ModelProto")).toBe("too large");
  });
});
