import { chmodSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/foundation/errors.ts";
import { temporaryFolder, writeTree } from "../../helpers.ts";
import { asNobody } from "../../permissions.ts";
import { lacksPermissions } from "../../system.ts";
import { readLayout } from "./make-facts.ts";

function folder(...files: string[]): string {
  return writeTree(join(temporaryFolder(), "my.clip"), Object.fromEntries(files.map((file) => [file, "x"])));
}

async function graphs(root: string, variant?: string) {
  const { kind, vision, text } = await readLayout(root, variant);
  return { kind, vision, text };
}

const shiftlineJson = JSON.stringify({
  vision: { file: "a.onnx" },
  text: { file: "b.onnx" },
  size: 64,
  mean: [0, 0, 0],
  std: [1, 1, 1],
});

describe("readLayout", () => {
  it.each([
    [["onnx/model.onnx"], "hugging-face", "onnx/model.onnx", "onnx/model.onnx"],
    [["model.onnx"], "hugging-face", "model.onnx", "model.onnx"],
    [
      ["onnx/vision_model.onnx", "onnx/text_model.onnx"],
      "hugging-face",
      "onnx/vision_model.onnx",
      "onnx/text_model.onnx",
    ],
    [["vision_model.onnx", "text_model.onnx"], "hugging-face", "vision_model.onnx", "text_model.onnx"],
    [["visual.onnx", "textual.onnx"], "open_clip", "visual.onnx", "textual.onnx"],
    [["visual/model.onnx", "textual/model.onnx"], "open_clip", "visual/model.onnx", "textual/model.onnx"],
  ])("recognizes %j", async (files, kind, vision, text) => {
    expect(await graphs(folder(...files))).toEqual({ kind, vision, text });
  });

  it("prefers two towers to a combined graph, with a note", async () => {
    const root = folder("onnx/model.onnx", "onnx/vision_model.onnx", "onnx/text_model.onnx");
    const layout = await readLayout(root);
    expect([layout.vision, layout.text]).toEqual(["onnx/vision_model.onnx", "onnx/text_model.onnx"]);
    expect(layout.notes).toEqual(["onnx/vision_model.onnx and onnx/text_model.onnx are used, not onnx/model.onnx"]);
  });

  it("opens a variant, of one graph or of two", async () => {
    const root = folder(
      "onnx/model.onnx",
      "onnx/model_quantized.onnx",
      "onnx/vision_model_fp16.onnx",
      "onnx/text_model_fp16.onnx",
    );
    expect(await graphs(root, "quantized")).toMatchObject({ vision: "onnx/model_quantized.onnx" });
    expect(await graphs(root, "fp16")).toMatchObject({
      vision: "onnx/vision_model_fp16.onnx",
      text: "onnx/text_model_fp16.onnx",
    });
  });

  it("lists the existing variants if the requested one does not exist", async () => {
    const root = folder(
      "onnx/model.onnx",
      "onnx/model_q4.onnx",
      "onnx/vision_model_fp16.onnx",
      "onnx/text_model_fp16.onnx",
      "onnx/vision_model_int8.onnx",
    );
    await expect(readLayout(root, "int4")).rejects.toThrow(
      /no variant "int4"; variants that exist \(--variant\): fp16, q4; it opens without --variant/,
    );
    await expect(readLayout(root, "int8")).rejects.toThrow(
      /no variant "int8"; variants that exist \(--variant\): fp16, q4/,
    );
  });

  it("names the variants if there are only variants", async () => {
    const root = folder("onnx/model_fp16.onnx", "onnx/model_quantized.onnx");
    await expect(readLayout(root)).rejects.toThrow(/variants that exist \(--variant\): fp16, quantized/);
  });

  it("refuses a folder that two layouts fit", async () => {
    const root = folder("onnx/model.onnx", "visual.onnx", "textual.onnx");
    await expect(readLayout(root)).rejects.toThrow(
      /more than one layout fits: onnx\/model.onnx; visual.onnx with textual.onnx/,
    );
  });

  it.each([
    [["textual.onnx"], /textual.onnx has no matching graph of the image tower: expected visual.onnx/],
    [["visual.onnx"], /visual.onnx has no matching graph of the text tower: expected textual.onnx/],
    [["onnx/vision_model.onnx"], /no matching graph of the text tower: expected onnx\/text_model.onnx/],
    [["clip.onnx"], /not a checkpoint of a known layout: found clip.onnx$/],
    [["notes.txt"], /not a checkpoint of a known layout: no .onnx file and no weights in it; it contains notes.txt$/],
  ])("reports what is missing from %j", async (files, message) => {
    await expect(readLayout(folder(...files))).rejects.toThrow(message);
    await expect(readLayout(folder(...files))).rejects.toThrow(InputError);
  });

  it("describes a folder without a model: empty, with files, or with checkpoints below it", async () => {
    await expect(readLayout(temporaryFolder())).rejects.toThrow(/no weights in it; the folder is empty$/);
    const files = folder("a.txt", "b/c.txt", "d.txt", "e.txt", "f.txt", "g.txt", ".hidden");
    await expect(readLayout(files)).rejects.toThrow(/it contains a\.txt, b\/, d\.txt, e\.txt, f\.txt and 1 more$/);
    const above = folder("a/open_clip_model.safetensors", "b/onnx/model.onnx", "notes/x.txt");
    await expect(readLayout(above)).rejects.toThrow(/these folders in it may be checkpoints: a, b; give one of them$/);
  });

  it("lists every layout after the message", async () => {
    const error = await readLayout(folder("clip.onnx")).catch((caught: unknown) => caught);
    expect((error as InputError).detail?.split("\n")).toEqual([
      "accepted are:",
      "  weights (open_clip_model.safetensors, model.safetensors, pytorch_model.bin, or one .safetensors, .pt or .pth file of any name)",
      "  onnx/model.onnx, or onnx/vision_model.onnx with onnx/text_model.onnx (Hugging Face; also without onnx/)",
      "  visual.onnx with textual.onnx, or visual/model.onnx with textual/model.onnx (open_clip)",
      "  two graphs whose names differ only in the tower's word (image_encoder.onnx with text_encoder.onnx)",
      "  or a shiftline.json that names the files",
    ]);
  });

  it("follows a shiftline.json regardless of other files", async () => {
    const root = folder("visual.onnx", "textual.onnx");
    writeTree(root, { "shiftline.json": shiftlineJson });
    expect(await graphs(root)).toEqual({ kind: "shiftline", vision: "a.onnx", text: "b.onnx" });
    await expect(readLayout(root, "fp16")).rejects.toThrow(/--variant does not apply/);
  });

  it("opens one file, and finds the folder of its companions", async () => {
    const root = folder("onnx/model.onnx", "clip.onnx", "visual/model.onnx");
    expect(await readLayout(join(root, "onnx/model.onnx"))).toMatchObject({
      root,
      vision: "onnx/model.onnx",
      stem: "model",
    });
    expect(await readLayout(join(root, "clip.onnx"))).toMatchObject({ root, kind: "hugging-face", stem: "clip" });
    expect(await readLayout(join(root, "visual/model.onnx"))).toMatchObject({
      root,
      kind: "open_clip",
      singleFile: true,
    });
  });

  it("reads one file as open_clip's if its folder has only open_clip's config", async () => {
    expect(await readLayout(join(folder("clip.onnx", "open_clip_config.json"), "clip.onnx"))).toMatchObject({
      kind: "open_clip",
    });
  });

  it("refuses one file that the shiftline.json of its folder does not name", async () => {
    const root = folder("a.onnx", "c.onnx");
    writeTree(root, { "shiftline.json": shiftlineJson });
    expect(await readLayout(join(root, "a.onnx"))).toMatchObject({ kind: "shiftline", stem: "a" });
    await expect(readLayout(join(root, "c.onnx"))).rejects.toThrow(/names other files \(a.onnx, b.onnx\)/);
  });

  it("refuses a missing path, and a variant of one file", async () => {
    await expect(readLayout(join(folder("clip.onnx"), "none"))).rejects.toThrow(/none: no such file or folder/);
    await expect(readLayout(join(folder("clip.onnx"), "clip.onnx"), "fp16")).rejects.toThrow(/this is one file/);
  });

  it.skipIf(lacksPermissions)("refuses an unreadable folder", async () => {
    const root = folder("visual.onnx", "textual.onnx");
    chmodSync(dirname(root), 0o755);
    chmodSync(root, 0o000);
    await expect(asNobody(() => readLayout(root))).rejects.toThrow(/my.clip.*: no permission to read it/);
    chmodSync(root, 0o700);
  });

  it("uses the folder's full name as the stem, dots included", async () => {
    expect((await readLayout(folder("model.onnx"))).stem).toBe("my.clip");
  });
});
