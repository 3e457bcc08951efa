import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { OPENAI_MEAN, OPENAI_STD } from "../../../src/data/image/preprocessing.ts";
import { openCheckpoint } from "../../../src/model/checkpoint/open-checkpoint.ts";
import { fixtures, temporaryFolder, writeTree } from "../../helpers.ts";
import { readLayout } from "./make-facts.ts";
import { wordTokenizer } from "./tiny-checkpoint.ts";
import { tinyBoth, tinyText, tinyVision } from "./tiny-towers.ts";

const folder = (...files: string[]) =>
  writeTree(join(temporaryFolder(), "clip"), Object.fromEntries(files.map((file) => [file, "x"])));

async function graphs(files: readonly string[], variant?: string) {
  const { kind, vision, text, notes } = await readLayout(folder(...files), variant);
  return { kind, vision, text, notes };
}

describe("graphs whose names differ only in the tower's word", () => {
  it.each([
    ["visual.onnx", "text.onnx"],
    ["image_encoder.onnx", "text_encoder.onnx"],
    ["vision_encoder.onnx", "text_encoder.onnx"],
    ["image_encoder/model.onnx", "text_encoder/model.onnx"],
    ["vision/model.onnx", "text/model.onnx"],
    ["b16-visual.onnx", "b16-textual.onnx"],
    ["ViT-B-32__openai.visual.onnx", "ViT-B-32__openai.textual.onnx"],
    ["vit-b-16.img.fp32.onnx", "vit-b-16.txt.fp32.onnx"],
    ["CLIPImageEncoder.onnx", "CLIPTextEncoder.onnx"],
    ["openai_clip-imageencoder.onnx", "openai_clip-textencoder.onnx"],
    ["onnx/clip_image_model_vitb32.onnx", "onnx/clip_text_model_vitb32.onnx"],
  ])("are read as one checkpoint: %s with %s", async (vision, text) => {
    const found = await graphs([text, vision]);
    expect(found).toMatchObject({ kind: "open_clip", vision, text });
    expect(found.notes).toEqual([
      `${vision} and ${text} are read as the towers of one checkpoint because of their names, in the open_clip layout because of the other files`,
    ]);
    expect(await graphs([text, vision, "preprocessor_config.json"])).toMatchObject({
      kind: "hugging-face",
      vision,
      text,
    });
  });

  it("are read in folders of the same names, as Qualcomm AI Hub exports them", async () => {
    const found = await graphs([
      "image_encoder.onnx/model.onnx",
      "image_encoder.onnx/model.data",
      "text_encoder.onnx/model.onnx",
    ]);
    expect(found).toMatchObject({ vision: "image_encoder.onnx/model.onnx", text: "text_encoder.onnx/model.onnx" });
    await expect(graphs(["image_encoder.onnx/other.bin", "text_encoder.onnx"])).rejects.toThrow(
      /found text_encoder.onnx$/,
    );
  });

  it("chooses the precision of --variant, and the only one without it", async () => {
    const files = ["b.img.fp16.onnx", "b.img.fp32.onnx", "b.txt.fp16.onnx", "b.txt.fp32.onnx"];
    expect(await graphs(files, "fp16")).toMatchObject({ vision: "b.img.fp16.onnx", text: "b.txt.fp16.onnx" });
    await expect(graphs(files)).rejects.toThrow(/variants that exist \(--variant\): fp16, fp32/);
  });

  it.each([
    [
      ["b16-visual.onnx", "b16-textual.onnx", "b32-visual.onnx", "b32-textual.onnx"],
      /more than one layout fits: b16-visual.onnx with b16-textual.onnx; b32-visual.onnx with b32-textual.onnx/,
    ],
    [
      ["image.onnx", "vision.onnx", "text.onnx"],
      /more than one layout fits: image.onnx with text.onnx; vision.onnx with text.onnx/,
    ],
    [["a-visual.onnx", "b-textual.onnx"], /not a checkpoint of a known layout: found a-visual.onnx, b-textual.onnx/],
    [["vision-text-model.onnx"], /not a checkpoint of a known layout/],
    [["pretext.onnx", "revision.onnx"], /not a checkpoint of a known layout/],
  ])("are not guessed among %j", async (files, message) => {
    await expect(graphs(files)).rejects.toThrow(message);
  });

  it("do not change known layouts", async () => {
    const found = await graphs(["visual.onnx", "textual.onnx", "text.onnx", "image_encoder.onnx"]);
    expect(found).toMatchObject({ kind: "open_clip", vision: "visual.onnx", text: "textual.onnx", notes: [] });
  });

  it("return the embeddings of the same graphs under their usual names", async () => {
    const from = join(fixtures, "checkpoints/vit-open-clip");
    const root = join(temporaryFolder(), "renamed");
    mkdirSync(root);
    copyFileSync(join(from, "open_clip_config.json"), join(root, "open_clip_config.json"));
    copyFileSync(join(from, "visual.onnx"), join(root, "image_encoder.onnx"));
    copyFileSync(join(from, "textual.onnx"), join(root, "text_encoder.onnx"));
    const [usual, renamed] = [await openCheckpoint(from), await openCheckpoint(root)];
    expect(renamed.fingerprint).toBe(usual.fingerprint);
    expect(renamed.text).toEqual(usual.text);
    expect(renamed.preprocessing).toEqual(usual.preprocessing);
  });
});

describe("--variant", () => {
  const towers = ["onnx/vision_model.onnx", "onnx/text_model.onnx", "onnx/vision_model_fp16.onnx"];

  it("combines a variant of one tower with the other's plain graph, with a note", async () => {
    const found = await graphs(towers, "fp16");
    expect(found).toMatchObject({ vision: "onnx/vision_model_fp16.onnx", text: "onnx/text_model.onnx" });
    expect(found.notes).toEqual(["onnx/vision_model_fp16.onnx is used with onnx/text_model.onnx"]);
    expect(await graphs(towers)).toMatchObject({
      vision: "onnx/vision_model.onnx",
      text: "onnx/text_model.onnx",
      notes: [],
    });
  });

  it("takes one variant for each tower", async () => {
    const files = [...towers, "onnx/text_model_fp16.onnx", "onnx/text_model_int8.onnx"];
    expect(await graphs(files, "fp16")).toMatchObject({ vision: towers[2], text: "onnx/text_model_fp16.onnx" });
    expect(await graphs(files, "vision=fp16")).toMatchObject({ vision: towers[2], text: "onnx/text_model.onnx" });
    expect(await graphs(files, "text=int8,vision=fp16")).toMatchObject({
      vision: towers[2],
      text: "onnx/text_model_int8.onnx",
    });
    await expect(graphs(files, "vision=int8")).rejects.toThrow(
      /no variant "vision=int8"; variants that exist \(--variant\): fp16, int8/,
    );
    await expect(graphs(files, "image=fp16")).rejects.toThrow(/expected a name, or vision=NAME,text=NAME/);
  });

  it("takes the only graphs of any precision, and does not mix variants unless requested", async () => {
    const only = ["vision_model_fp16.onnx", "text_model.onnx"];
    expect(await graphs(only)).toMatchObject({ vision: "vision_model_fp16.onnx", text: "text_model.onnx" });
    await expect(graphs(["vision_model_fp16.onnx", "text_model_int8.onnx"], "fp16")).rejects.toThrow(
      /no variant "fp16"/,
    );
    await expect(graphs([...only, "vision_model_q4.onnx"])).rejects.toThrow(
      /variants that exist \(--variant\): fp16, q4/,
    );
  });
});

/** The JSON in a message. */
async function offered(path: string): Promise<{ json: string; message: string }> {
  const message = await openCheckpoint(path).then(
    () => "",
    (error: Error) => error.message,
  );
  const json = /write this into \S+shiftline\.json[^{]*(\{.*\})$/.exec(message)?.[1] ?? "";
  return { json, message };
}

it("searches a file's folder for companions if the folder only has a name like a tower's", async () => {
  const root = writeTree(join(temporaryFolder(), "vision"), { "model.onnx": "x", "preprocessor_config.json": "{}" });
  expect(await readLayout(join(root, "model.onnx"))).toMatchObject({ root, vision: "model.onnx" });
});

describe("a draft of a shiftline.json", () => {
  const tower = { vision: tinyVision({ size: [24, 32] }), text: tinyText() };

  it.each([
    ["unknown names", { "eye.onnx": tower.vision, "mouth.onnx": tower.text }],
    [
      "two pairs",
      {
        "a-visual.onnx": tower.vision,
        "a-textual.onnx": tower.text,
        "b-visual.onnx": tower.vision,
        "b-textual.onnx": tower.text,
      },
    ],
    ["no file that states the preprocessing", { "visual.onnx": tower.vision, "text.onnx": tower.text }],
    ["one graph of both towers under another name", { "clip.onnx": tinyBoth({ vision: { size: [24, 32] } }) }],
    ["a damaged graph and two complete ones", { "eye.onnx": tower.vision, "mouth.onnx": tower.text, "zz.onnx": "x" }],
  ])("is in the message, and opens the checkpoint when pasted: %s", async (_, files) => {
    const root = writeTree(temporaryFolder(), files);
    const { json, message } = await offered(root);
    expect(message).toMatch(
      /mean, std, resizeMode and interpolation are those of CLIP, because no file states them: check them/,
    );
    writeFileSync(join(root, "shiftline.json"), json);
    const checkpoint = await openCheckpoint(root);
    expect(checkpoint.layout).toBe("shiftline");
    expect(checkpoint.preprocessing).toEqual({
      size: { height: 24, width: 32 },
      resizeMode: "shortest",
      interpolation: "bicubic",
      mean: [...OPENAI_MEAN],
      std: [...OPENAI_STD],
      fillColor: 0,
    });
    expect(checkpoint.text?.contextLength).toBe(77);
  });

  it("contains the preprocessing of files and the path of the tokenizer", async () => {
    const root = writeTree(temporaryFolder(), {
      "eye.onnx": tinyVision({ size: [24, 24] }),
      "mouth.onnx": tinyText({ vocabulary: 100, length: 16 }),
      "preprocess_cfg.json": JSON.stringify({
        size: 24,
        mean: [0.5, 0.5, 0.5],
        std: [0.5, 0.5, 0.5],
        resize_mode: "squash",
      }),
      "tokenizer.json": "{}",
    });
    const { json, message } = await offered(root);
    expect(message).not.toContain("check them");
    expect(JSON.parse(json)).toEqual({
      vision: { file: "eye.onnx" },
      text: { file: "mouth.onnx" },
      size: 24,
      mean: [0.5, 0.5, 0.5],
      std: [0.5, 0.5, 0.5],
      resizeMode: "squash",
      interpolation: "bicubic",
      contextLength: 16,
      tokenizer: "tokenizer.json",
    });
  });

  it("reports that the size is unknown, and which tokenizer is missing: Chinese-CLIP's export", async () => {
    const root = writeTree(temporaryFolder(), {
      "vit-b-16.img.fp32.onnx": tinyVision({ size: ["h", "w"] }),
      "vit-b-16.txt.fp32.onnx": tinyText({ vocabulary: 21_128, length: 52 }),
    });
    const { json, message } = await offered(root);
    expect(message).toContain(`put its tokenizer.json (21128 tokens) into ${root}, and write this into`);
    expect(message).toContain("size, mean, std, resizeMode and interpolation are those of Chinese-CLIP");
    expect(JSON.parse(json)).toMatchObject({ size: 224, resizeMode: "squash", contextLength: 52 });
    writeTree(root, { "shiftline.json": json, "tokenizer.json": wordTokenizer() });
    expect((await openCheckpoint(root)).preprocessing).toMatchObject({ resizeMode: "squash" });
  });

  it("is not offered if a variant is the simpler advice", async () => {
    const root = writeTree(temporaryFolder(), {
      "onnx/vision_model_fp16.onnx": tower.vision,
      "onnx/vision_model_q4.onnx": tower.vision,
      "onnx/text_model.onnx": tower.text,
    });
    const { message } = await offered(root);
    expect(message).toContain("variants that exist (--variant): fp16, q4");
    expect(message).not.toContain("write this into");
  });

  it("is not offered if no two graphs take images and texts", async () => {
    const root = writeTree(temporaryFolder(), { "eye.onnx": tower.vision, "other.onnx": tower.vision });
    const { message } = await offered(root);
    expect(message).toContain("not a checkpoint of a known layout");
    expect(message).not.toContain("write this into");
  });
});
