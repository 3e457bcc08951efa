import { readFileSync } from "node:fs";
import { PbfReader } from "pbf";
import { describe, expect, it } from "vitest";
import { compileSchema } from "../../../scripts/build-onnx-schema.ts";
import { ELEMENT_TYPES, elementCode, elementType } from "../../../src/model/onnx/element-type.ts";
import { encodeModel, encodeValues, type ModelSpec } from "../../../src/model/onnx/encode-model.ts";
import { readModelProto, TensorProtoDataType } from "../../../src/model/onnx/onnx-schema.ts";

describe("onnx-schema.ts", () => {
  it("is what onnx.proto compiles to", () => {
    const committed = readFileSync(new URL("../../../src/model/onnx/onnx-schema.ts", import.meta.url), "utf8");
    expect(committed).toBe(compileSchema());
  });
});

describe("element types", () => {
  it("are onnxruntime's names in the order of ONNX's numbers", () => {
    expect(Object.values(TensorProtoDataType)).toEqual(ELEMENT_TYPES.map((_, code) => code));
    expect([1, 2, 7, 9, 10, 11, 16, 20].map(elementType)).toEqual([
      ...["float32", "uint8", "int64", "bool", "float16", "float64", "bfloat16", "float8e5m2fnuz"],
    ]);
    expect([-1, 99].map(elementType)).toEqual(["unknown", "unknown"]);
    expect(elementCode("float16")).toBe(10);
    expect(() => elementCode("float128")).toThrow("expected an element type of ONNX, got float128");
  });
});

describe("encodeModel", () => {
  const scalar = { name: "zero", type: "float32", dims: [], values: [0] } as const;
  const spec: ModelSpec = {
    producer: { name: "somebody", version: "" },
    opsets: { "": 17, local: 1 },
    inputs: [{ name: "x", type: "float16", shape: ["n", 3, ""] }],
    outputs: [{ name: "y", type: "int64", shape: null }],
    nodes: [
      {
        op: "Op",
        inputs: ["x"],
        outputs: ["y", "z"],
        domain: "local",
        overload: "second",
        attributes: {
          none: 0,
          many: [0, -1, 2 ** 40],
          half: { float: 0 },
          text: "",
          tensor: { tensor: scalar },
          body: { graph: { inputs: [], outputs: [], nodes: [], tensors: [] } },
        },
      },
    ],
    tensors: [
      { name: "w", type: "int64", dims: [2], values: [1, -1] },
      { name: "far", type: "float32", dims: [9], values: [], external: { location: "w.data", offset: 4096 } },
    ],
    functions: [{ domain: "local", name: "Op", inputs: ["a"], outputs: ["b"], nodes: [], overload: "second" }],
  };
  const read = readModelProto(new PbfReader(encodeModel(spec)));

  it("writes what readers read, including zeros and empty strings of attributes", () => {
    expect(read).toMatchObject({ irVersion: 8, producerName: "somebody", producerVersion: "" });
    expect(read.opsetImport).toEqual([
      { domain: "", version: 17 },
      { domain: "local", version: 1 },
    ]);
    const node = read.graph?.node[0];
    expect(node).toMatchObject({ opType: "Op", domain: "local", overload: "second", input: ["x"], output: ["y", "z"] });
    expect(node?.attribute.map(({ name, type, value }) => [name, type, value])).toEqual([
      ["none", 2, "i"],
      ["many", 7, undefined],
      ["half", 1, "f"],
      ["text", 3, "s"],
      ["tensor", 4, "t"],
      ["body", 5, "g"],
    ]);
    expect(node?.attribute[1]?.ints).toEqual([0, -1, 2 ** 40]);
    expect(read.functions).toMatchObject([{ domain: "local", name: "Op", overload: "second", input: ["a"] }]);
  });

  it("writes shapes, and inline or external values", () => {
    const [x, y] = [read.graph?.input[0]?.type?.tensorType, read.graph?.output[0]?.type?.tensorType];
    expect(x?.shape?.dim.map(({ dimValue, dimParam }) => [dimValue, dimParam])).toEqual([
      [0, "n"],
      [3, ""],
      [0, ""],
    ]);
    expect([x?.elemType, y?.elemType, y?.shape]).toEqual([10, 7, undefined]);
    const [here, far] = read.graph?.initializer ?? [];
    expect(here?.rawData).toEqual(new Uint8Array(BigInt64Array.of(1n, -1n).buffer));
    expect(far).toMatchObject({ dims: [9], dataLocation: 1, rawData: undefined });
    expect(far?.externalData).toEqual([
      { key: "location", value: "w.data" },
      { key: "offset", value: "4096" },
    ]);
  });

  it("takes values as numbers or as bytes", () => {
    const floats = Float32Array.of(1, -2, 0.5);
    for (const values of [floats, [...floats]]) {
      expect(encodeValues({ type: "float32", values })).toEqual(new Uint8Array(floats.buffer));
    }
    expect(encodeValues({ type: "float32", values: floats.subarray(1, 2) })).toEqual(
      new Uint8Array(Float32Array.of(-2).buffer),
    );
    expect(encodeValues({ type: "float16", values: [1] })).toEqual(Uint8Array.of(0, 0x3c));
    expect(encodeValues({ type: "bool", values: [1, 0] })).toEqual(Uint8Array.of(1, 0));
  });
});
