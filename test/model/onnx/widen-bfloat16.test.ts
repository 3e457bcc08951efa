import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/foundation/errors.ts";
import { readOnnxModel } from "../../../src/model/onnx/onnx-model.ts";
import { describeWidened, widenBfloat16 } from "../../../src/model/onnx/widen-bfloat16.ts";
import { fixtures, temporaryFolder, writeTree } from "../../helpers.ts";
import { tinyVision } from "../checkpoint/tiny-towers.ts";

const folder = join(fixtures, "layouts/bfloat16/onnx");
const graphs = ["vision_model.onnx", "text_model.onnx"];

describe("widenBfloat16", () => {
  it.each(graphs)("leaves no bfloat16 in %s, and moves side files into it", async (name) => {
    const narrow = readOnnxModel(join(folder, name));
    expect(narrow.tensors.some(({ type }) => type === "bfloat16")).toBe(true);
    const root = writeTree(temporaryFolder(), { "wide.onnx": await widenBfloat16(join(folder, name)) });
    const wide = readOnnxModel(join(root, "wide.onnx"));
    expect(describeWidened(wide)).toBe(wide);
    expect(wide.tensors.every(({ external }) => external === null)).toBe(true);
    expect(wide.nodes.map(({ op }) => op)).toEqual(narrow.nodes.map(({ op }) => op));
    expect([wide.inputs, wide.outputs]).toEqual([describeWidened(narrow).inputs, describeWidened(narrow).outputs]);
  });

  it("returns a graph without bfloat16 unchanged", async () => {
    const bytes = tinyVision();
    const root = writeTree(temporaryFolder(), { "v.onnx": bytes });
    expect(await widenBfloat16(join(root, "v.onnx"))).toEqual(bytes);
    const model = readOnnxModel(join(root, "v.onnx"));
    expect(describeWidened(model)).toBe(model);
  });

  it("refuses a truncated or missing side file, and a graph truncated anywhere", async () => {
    const root = temporaryFolder();
    copyFileSync(join(folder, "text_model.onnx"), join(root, "text_model.onnx"));
    await expect(widenBfloat16(join(root, "text_model.onnx"))).rejects.toThrow(/text_model.onnx.data: no such file/);
    const data = readFileSync(join(folder, "text_model.onnx.data"));
    writeFileSync(join(root, "text_model.onnx.data"), data.subarray(0, 100));
    await expect(widenBfloat16(join(root, "text_model.onnx"))).rejects.toThrow(/text_model.onnx.data is truncated/);
    const whole = readFileSync(join(folder, "vision_model.onnx"));
    for (let length = 1; length < whole.length; length += 97) {
      writeFileSync(join(root, "cut.onnx"), whole.subarray(0, length));
      await widenBfloat16(join(root, "cut.onnx")).catch((error) => expect(error).toBeInstanceOf(InputError));
    }
  });
});
