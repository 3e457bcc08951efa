import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { findActivations } from "../../../src/model/onnx/activation.ts";
import type { ElementType, NodeSpec, TensorSpec } from "../../../src/model/onnx/encode-model.ts";
import { sliceGraph } from "../../../src/model/onnx/graph-slice.ts";
import { readOnnxModel } from "../../../src/model/onnx/onnx-model.ts";
import { temporaryFolder } from "../../helpers.ts";
import { node, onnxFile } from "../checkpoint/make-onnx.ts";
import { tinyBoth } from "../checkpoint/tiny-towers.ts";

function activationsOf(nodes: NodeSpec[], tensors: TensorSpec[] = [], output = "y") {
  const path = join(temporaryFolder(), "graph.onnx");
  const info = { name: "x", type: "float32" as const, shape: ["n", 2] };
  writeFileSync(path, onnxFile({ inputs: [info], outputs: [{ ...info, name: "y" }], nodes, tensors }));
  return findActivations(sliceGraph(readOnnxModel(path), output));
}

const scalar = (name: string, value: number, type: ElementType = "float32"): TensorSpec => ({
  name,
  type,
  dims: [],
  values: [value],
});

describe("findActivations", () => {
  it.each(["float32", "float16"] as const)("sees QuickGELU as x * sigmoid(1.702 x) in %s, in any order", (type) => {
    const gate = [node("Mul", ["f", "x"], "s"), node("Sigmoid", ["s"], "g")];
    const tensors = [scalar("f", 1.702, type)];
    expect(activationsOf([...gate, node("Mul", ["x", "g"], "y")], tensors)).toEqual([{ name: "QuickGELU", count: 1 }]);
    expect(activationsOf([...gate, node("Mul", ["g", "x"], "y")], tensors)).toEqual([{ name: "QuickGELU", count: 1 }]);
  });

  it("follows the factor through Constant, Cast and Identity nodes", () => {
    const nodes = [
      node("Constant", [], "c", { value: { tensor: scalar("", 1.702) } }),
      node("Cast", ["c"], "d", { to: 1 }),
      node("Identity", ["d"], "f"),
      node("Mul", ["x", "f"], "s"),
      node("Sigmoid", ["s"], "g"),
      node("Mul", ["x", "g"], "y"),
    ];
    expect(activationsOf(nodes)).toEqual([{ name: "QuickGELU", count: 1 }]);
  });

  it("does not identify another factor, or a gate on another value, as QuickGELU", () => {
    const gate = [node("Mul", ["x", "f"], "s"), node("Sigmoid", ["s"], "g")];
    expect(activationsOf([...gate, node("Mul", ["x", "g"], "y")], [scalar("f", 1.6)])).toEqual([]);
    const unrelated = [node("Neg", ["x"], "n"), ...gate, node("Mul", ["n", "g"], "y")];
    expect(activationsOf(unrelated, [scalar("f", 1.702)])).toEqual([]);
  });

  it("distinguishes SiLU from QuickGELU", () => {
    const nodes = [node("Sigmoid", ["x"], "g"), node("Mul", ["x", "g"], "y")];
    expect(activationsOf(nodes)).toEqual([{ name: "SiLU", count: 1 }]);
  });

  it.each([
    ["GELU", node("Erf", ["x"], "y")],
    ["GELU", node("Gelu", ["x"], "y")],
    ["GELU (tanh)", node("Gelu", ["x"], "y", { approximate: "tanh" })],
    ["GELU (tanh)", node("FastGelu", ["x"], "y", {}, "com.microsoft")],
    ["QuickGELU", node("QuickGelu", ["x"], "y", { alpha: { float: 1.702 } }, "com.microsoft")],
    ["SiLU", node("QuickGelu", ["x"], "y", { alpha: { float: 1 } }, "com.microsoft")],
    ["ReLU", node("Relu", ["x"], "y")],
  ])("recognizes %s as one operation", (name, operation) => {
    expect(activationsOf([operation])).toEqual([{ name, count: 1 }]);
  });

  it("recognizes the tanh form of GELU by its factor", () => {
    const nodes = [
      node("Mul", ["x", "x"], "square"),
      node("Mul", ["square", "x"], "cube"),
      node("Mul", ["cube", "f"], "s"),
      node("Tanh", ["s"], "y"),
    ];
    expect(activationsOf(nodes, [scalar("f", 0.044715)])).toEqual([{ name: "GELU (tanh)", count: 1 }]);
  });

  it("counts, most frequent first, and only what the output depends on", () => {
    const nodes = [
      node("Relu", ["x"], "a"),
      node("Relu", ["a"], "b"),
      node("Erf", ["b"], "y"),
      node("Relu", ["x"], "elsewhere"),
    ];
    expect(activationsOf(nodes)).toEqual([
      { name: "ReLU", count: 2 },
      { name: "GELU", count: 1 },
    ]);
  });

  it("distinguishes the two towers of one graph", () => {
    const path = join(temporaryFolder(), "model.onnx");
    writeFileSync(
      path,
      tinyBoth({ vision: { activation: "QuickGELU" }, text: { vocabulary: 50, activation: "GELU" } }),
    );
    const model = readOnnxModel(path);
    expect(findActivations(sliceGraph(model, "image_embeds"))).toEqual([{ name: "QuickGELU", count: 1 }]);
    expect(findActivations(sliceGraph(model, "text_embeds"))).toEqual([{ name: "GELU", count: 1 }]);
  });
});
