import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/foundation/errors.ts";
import { readOnnxModel } from "../../../src/model/onnx/onnx-model.ts";
import { readOnnxSkeleton } from "../../../src/model/onnx/onnx-skeleton.ts";
import { openSession } from "../../../src/model/onnx/session.ts";
import { fixtures, temporaryFolder } from "../../helpers.ts";
import { node, onnxFile } from "../checkpoint/make-onnx.ts";
import { tinyBoth, tinyText, tinyVision } from "../checkpoint/tiny-towers.ts";

function write(bytes: Uint8Array | string): string {
  const path = join(temporaryFolder(), "graph.onnx");
  writeFileSync(path, bytes);
  return path;
}

describe("readOnnxModel", () => {
  it("reads producer, operator sets, inputs, outputs, nodes and weights", () => {
    const model = readOnnxModel(write(tinyVision({ activation: "QuickGELU" })));
    expect(model.producer).toBe("shiftline-test 1.0");
    expect(model.irVersion).toBe(8);
    expect([...model.opsets]).toEqual([
      ["", 17],
      ["com.microsoft", 1],
    ]);
    expect(model.inputs).toEqual([{ name: "image", type: "float32", shape: ["batch", 3, 8, 8] }]);
    expect(model.outputs).toEqual([{ name: "image_features", type: "float32", shape: ["batch", 4] }]);
    expect(model.nodes.map((n) => n.op)).toContain("Sigmoid");
    const weights = model.tensors.map(({ name, type, dims, scalar }) => ({ name, type, dims, scalar }));
    expect(weights).toContainEqual({ name: "visual.proj", type: "float32", dims: [3, 4], scalar: null });
    expect(weights).toContainEqual({ name: "v.factor", type: "float32", dims: [], scalar: Math.fround(1.702) });
  });

  it("returns inputs and outputs as onnxruntime does", async () => {
    for (const bytes of [
      tinyVision({ type: "float16", batch: 2, outputShape: [2, 4] }),
      tinyText({ vocabulary: 50, length: 16 }),
    ]) {
      const path = write(bytes);
      const session = await openSession({ path }, { threads: 1 });
      const model = readOnnxModel(path);
      expect(model.inputs).toEqual(session.inputs);
      expect(model.outputs).toEqual(session.outputs);
      await session.close();
    }
  });

  it("omits weights that old files list as inputs", () => {
    const bytes = onnxFile({
      inputs: [
        { name: "x", type: "float32", shape: ["n", 2] },
        { name: "w", type: "float32", shape: [2, 2] },
      ],
      outputs: [{ name: "y", type: "float32", shape: null }],
      nodes: [node("MatMul", ["x", "w"], "y")],
      tensors: [{ name: "w", type: "float32", dims: [2, 2], values: [1, 0, 0, 1] }],
    });
    const model = readOnnxModel(write(bytes));
    expect(model.inputs.map((input) => input.name)).toEqual(["x"]);
    expect(model.outputs).toEqual([{ name: "y", type: "float32", shape: [] }]);
  });

  it("does not read large weights: a file of 400 kB shrinks to 2 kB, with names and shapes", () => {
    const path = write(tinyText({ vocabulary: 49_408 }));
    expect(statSync(path).size).toBeGreaterThan(395_000);
    expect(readOnnxSkeleton(path).length).toBeLessThan(2_000);
    expect(readOnnxModel(path).tensors[0]).toMatchObject({ name: "token_embedding.weight", dims: [49_408, 2] });
  });

  it("skips the payload of a large Constant node and keeps subsequent nodes", () => {
    const values = Array.from({ length: 5_000 }, (_, i) => i);
    const bytes = onnxFile({
      inputs: [{ name: "x", type: "float32", shape: ["n", 5_000] }],
      outputs: [{ name: "y", type: "float32", shape: ["n", 5_000] }],
      nodes: [
        node("Constant", [], "c", { value: { tensor: { name: "big", type: "float32", dims: [5_000], values } } }),
        node("Add", ["x", "c"], "y"),
      ],
      tensors: [],
    });
    const model = readOnnxModel(write(bytes));
    expect(model.nodes.map((n) => n.op)).toEqual(["Constant", "Add"]);
    expect(model.nodes[0]?.tensor).toMatchObject({ name: "big", dims: [5_000], scalar: null });
  });

  it("names every truncated file, for any length", () => {
    const whole = tinyBoth({ text: { vocabulary: 2_000 } });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: whole.length - 1 }), (length) => {
        const path = write(whole.subarray(0, length));
        expect(() => readOnnxModel(path)).toThrow(InputError);
        expect(() => readOnnxModel(path)).toThrow(path);
      }),
      { numRuns: 60 },
    );
    const path = write(whole.subarray(0, whole.length - 300));
    expect(() => readOnnxModel(path)).toThrow(/truncated: its graph extends past the end at \d+ bytes/);
  });

  it("reads damaged bytes as a graph or throws an InputError", () => {
    const whole = tinyVision();
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), (position, byte) => {
        const bytes = whole.slice();
        bytes[position] = byte;
        const path = write(bytes);
        try {
          readOnnxModel(path);
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      }),
      { numRuns: 200 },
    );
  });

  it.each([
    ["text", "hello, this is a README of some length", /not an ONNX file/],
    ["JSON", '{"a": 1}', /not an ONNX file/],
    ["nothing", "", /expected an ONNX graph, got an empty file/],
    ["a Git LFS pointer", "version https://git-lfs.github.com/spec/v1\noid sha256:abc\nsize 12\n", /Git LFS pointer/],
  ])("refuses %s", (_, content, message) => {
    expect(() => readOnnxModel(write(content))).toThrow(message);
  });

  it("refuses a missing path, and a folder", () => {
    const folder = temporaryFolder();
    expect(() => readOnnxModel(join(folder, "none.onnx"))).toThrow(/none.onnx: no such file or folder/);
    expect(() => readOnnxModel(folder)).toThrow(InputError);
  });

  it.each([
    "vit-open-clip/visual.onnx",
    "vit-open-clip/textual.onnx",
    "resnet-open-clip/visual/model.onnx",
    "resnet-open-clip/textual/model.onnx",
    "hf-combined/onnx/model.onnx",
    "external-data/visual.onnx",
  ])("reads a real export as onnxruntime does: %s", async (file) => {
    const path = join(fixtures, "checkpoints", file);
    const session = await openSession({ path }, { threads: 1 });
    const model = readOnnxModel(path);
    expect(model.producer).toMatch(/^pytorch /);
    expect(model.inputs).toEqual(session.inputs);
    expect(model.outputs).toEqual(session.outputs);
    await session.close();
  });
});
