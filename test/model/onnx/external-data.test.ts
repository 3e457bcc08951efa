import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { encodeValues } from "../../../src/model/onnx/encode-model.ts";
import { checkExternalData } from "../../../src/model/onnx/external-data.ts";
import { readOnnxModel } from "../../../src/model/onnx/onnx-model.ts";
import { temporaryFolder, writeTree } from "../../helpers.ts";
import { tinyVision, visionWeights } from "../checkpoint/tiny-towers.ts";

const payload = encodeValues({ type: "float32", values: visionWeights(4) });

function graphWith(location: string, files: Record<string, Uint8Array>): string {
  const root = writeTree(temporaryFolder(), { "visual.onnx": tinyVision({ external: location }), ...files });
  return join(root, "visual.onnx");
}

describe("checkExternalData", () => {
  it("lists the external data files of a graph", async () => {
    const path = graphWith("visual.onnx.data", { "visual.onnx.data": payload });
    expect(await checkExternalData(readOnnxModel(path))).toEqual(["visual.onnx.data"]);
  });

  it("lists none for a graph that contains its weights", async () => {
    const root = writeTree(temporaryFolder(), { "visual.onnx": tinyVision() });
    expect(await checkExternalData(readOnnxModel(join(root, "visual.onnx")))).toEqual([]);
  });

  it("names a missing side file, and the graph that needs it", async () => {
    const path = graphWith("weights.bin", {});
    await expect(checkExternalData(readOnnxModel(path))).rejects.toThrow(
      new RegExp(`weights.bin: missing file with the weights of ${path};`),
    );
  });

  it("names a side file that is too short, with both sizes", async () => {
    const path = graphWith("weights.bin", { "weights.bin": payload.subarray(0, 40) });
    await expect(checkExternalData(readOnnxModel(path))).rejects.toThrow(
      /weights.bin: .*truncated: expected 48 bytes, got 40/,
    );
  });

  it("refuses weights outside the graph's folder", async () => {
    const path = graphWith("../weights.bin", {});
    await expect(checkExternalData(readOnnxModel(path))).rejects.toThrow(/outside its folder/);
  });
});
