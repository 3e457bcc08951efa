import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createNormalizationTable, normalizePixels } from "../../../src/data/image/normalize.ts";
import { findSides } from "../../../src/model/checkpoint/encoder-graph.ts";
import { findVisionSignature, NO_HINTS } from "../../../src/model/checkpoint/encoder-signature.ts";
import { pixelFeed } from "../../../src/model/checkpoint/graph-feeds.ts";
import { checkByteInput } from "../../../src/model/checkpoint/graph-input-checks.ts";
import type { NodeSpec, TensorSpec } from "../../../src/model/onnx/encode-model.ts";
import { readOnnxModel } from "../../../src/model/onnx/onnx-model.ts";
import { temporaryFolder, writeTree } from "../../helpers.ts";
import { node, onnxFile } from "./make-onnx.ts";

const values = Uint8Array.from({ length: 256 * 3 }, (_, i) => (i * 7) % 256);
const port = (type: string, shape: (number | string)[]) => ({ name: "x", type, shape });

/** (3, 16, 16) with values in [0, 1], as the pipeline creates them. */
function planes(): Float32Array {
  const tensor = new Float32Array(values.length);
  normalizePixels(values, createNormalizationTable([0, 0, 0], [1, 1, 1]), tensor);
  return tensor;
}

describe("pixelFeed", () => {
  const size = { height: 16, width: 16 };

  it("feeds uint8 inputs with channels last the original bytes of the image", () => {
    const feed = pixelFeed(port("uint8", [1, 16, 16, 3]), planes(), 1, size);
    expect(feed.dims).toEqual([1, 16, 16, 3]);
    expect(feed.data).toEqual(values);
    expect(new Set(values).size).toBe(256);
  });

  it("keeps two images separate in every layout and type", () => {
    const two = new Float32Array(2 * 768);
    two.set(planes());
    two.fill(0.25, 768);
    const last = pixelFeed(port("float32", ["n", 16, 16, 3]), two, 2, size);
    expect(last.dims).toEqual([2, 16, 16, 3]);
    expect([...last.data.slice(0, 3)].map((v) => Math.round(Number(v) * 255))).toEqual([...values.slice(0, 3)]);
    expect([...last.data.slice(768)].every((v) => v === 0.25)).toBe(true);
    expect(pixelFeed(port("float32", ["n", 3, 16, 16]), two, 2, size).data).toBe(two);
    expect(pixelFeed(port("uint8", [2, 3, 16, 16]), two, 2, size).dims).toEqual([2, 3, 16, 16]);
  });
});

/** A graph whose uint8 input goes through these nodes to "end". */
function byteModel(nodes: readonly NodeSpec[], tensors: readonly TensorSpec[] = []) {
  const bytes = onnxFile({
    inputs: [{ name: "x", type: "uint8", shape: [1, 3, 8, 8] }],
    outputs: [{ name: "y", type: "float32", shape: [1, 3] }],
    nodes: [...nodes, node("GlobalAveragePool", ["end"], "pooled"), node("Flatten", ["pooled"], "y", { axis: 1 })],
    tensors,
  });
  const model = readOnnxModel(join(writeTree(temporaryFolder(), { "v.onnx": bytes }), "v.onnx"));
  return { file: "v.onnx", model, signature: findVisionSignature(model) };
}

const scale = (value: number): TensorSpec => ({ name: "s", type: "float32", dims: [], values: [value] });
const zero = (value: number): TensorSpec => ({ name: "z", type: "uint8", dims: [], values: [value] });
const dequantize = [node("DequantizeLinear", ["x", "s", "z"], "end")];

describe("checkByteInput", () => {
  it("warns if the graph does not normalize bytes as the files specify, and not if it does", () => {
    const cast = [node("Cast", ["x"], "end", { to: 1 })];
    expect(checkByteInput(byteModel(cast), true)).toEqual([
      "v.onnx does not normalize its uint8 pixels before the first layer: unless its weights include mean and std, its embeddings are wrong",
    ]);
    expect(checkByteInput(byteModel(cast), false)).toEqual([]);
    const divided = [node("Cast", ["x"], "f", { to: 1 }), node("Div", ["f", "s"], "end")];
    expect(checkByteInput(byteModel(divided, [scale(255)]), true)).toEqual([]);
  });

  it("accepts quantized pixels of scale 1/255, and refuses other quantized bytes with scale and zero point", () => {
    expect(checkByteInput(byteModel(dequantize, [scale(1 / 255), zero(0)]), false)).toEqual([]);
    expect(checkByteInput(byteModel(dequantize, [scale(1), zero(0)]), false)).toEqual([]);
    for (const [s, z] of [
      [0.0187, 114],
      [1 / 255, 3],
      [1 / 128, 0],
    ] as const) {
      const message = `is quantized (scale ${Math.fround(s)}, zero point ${z}): its bytes are not pixels from 0 to 255`;
      expect(() => checkByteInput(byteModel(dequantize, [scale(s), zero(z)]), true)).toThrow(message);
    }
  });
});

describe("inputs that are refused", () => {
  const graph = (inputs: [string, string, (number | string)[]][]) => ({
    path: "g.onnx",
    inputs: inputs.map(([name, type, shape]) => ({ name, type, shape })),
    outputs: [{ name: "image_embeds", type: "float32", shape: ["n", 4] }],
  });

  it("are those without three channels in first or last place", () => {
    expect(() => findVisionSignature(graph([["x", "float32", ["n", 224, 3, 224]]]))).toThrow(
      /x float32 \(n, 224, 3, 224\): expected \(n, 3, height, width\) or \(n, height, width, 3\)/,
    );
  });

  it("are NaFlex's, which are named", () => {
    const naflex = graph([
      ["pixel_values", "float32", ["n", 256, 768]],
      ["pixel_attention_mask", "int32", ["n", 256]],
      ["spatial_shapes", "int64", ["n", 2]],
    ]);
    expect(() => findSides(naflex, { visionHints: NO_HINTS, textHints: NO_HINTS, pooled: true })).toThrow(
      /g.onnx: a SigLIP 2 NaFlex graph \(pixel_attention_mask int32 \(n, 256\), spatial_shapes int64 \(n, 2\)\).*not supported; use the fixed-resolution version, such as siglip2-base-patch16-256 for siglip2-base-patch16-naflex/,
    );
  });
});
