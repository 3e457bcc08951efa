import { describe, expect, it } from "vitest";
import { OPENAI_MEAN, OPENAI_STD } from "../../../src/data/image/preprocessing.ts";
import { readLayout } from "../../../src/model/checkpoint/layout.ts";
import { readModelConfigs } from "../../../src/model/checkpoint/model-config.ts";
import { readPreprocessing } from "../../../src/model/checkpoint/preprocessing-config.ts";
import { temporaryFolder, writeTree } from "../../helpers.ts";

const openClipGraphs = ["visual.onnx", "textual.onnx"];
const huggingFaceGraphs = ["onnx/model.onnx"];

/** Reads the preprocessing of a folder with these graphs and JSON files, for a graph of this input shape. */
async function read(graphs: string[], json: Record<string, unknown>, shape: (number | string)[] = ["n", 3, 224, 224]) {
  const files = Object.entries(json).map(([path, content]) => [path, JSON.stringify(content)]);
  const root = writeTree(temporaryFolder(), Object.fromEntries([...graphs.map((path) => [path, "x"]), ...files]));
  const pixels = { name: "image", type: "float32", shape };
  return await readPreprocessing(await readLayout(root), await readModelConfigs(root), pixels);
}

const clipJson = { image_processor_type: "CLIPImageProcessor" };
const square = (side: number) => ({ height: side, width: side });

describe("readPreprocessing of open_clip layouts", () => {
  it("reads preprocess_cfg and the model's image size from open_clip_config.json", async () => {
    const config = {
      model_cfg: { vision_cfg: { image_size: 256 } },
      preprocess_cfg: {
        mean: [0.5, 0.5, 0.5],
        std: [0.25, 0.25, 0.25],
        interpolation: "bilinear",
        resize_mode: "longest",
        fill_color: 127,
      },
    };
    const result = await read(openClipGraphs, { "open_clip_config.json": config }, ["n", 3, 256, 256]);
    expect(result).toEqual({
      preprocessing: {
        size: square(256),
        mean: [0.5, 0.5, 0.5],
        std: [0.25, 0.25, 0.25],
        interpolation: "bilinear",
        resizeMode: "longest",
        fillColor: 127,
      },
      files: ["open_clip_config.json"],
      notes: [],
    });
  });

  it("fills in open_clip's defaults, takes 'random' for bicubic, and says when all are defaults", async () => {
    const defaults = {
      size: square(224),
      mean: OPENAI_MEAN,
      std: OPENAI_STD,
      interpolation: "bicubic",
      resizeMode: "shortest",
      fillColor: 0,
    };
    const random = { model_cfg: {}, preprocess_cfg: { interpolation: "random", mean: null } };
    expect((await read(openClipGraphs, { "open_clip_config.json": random })).preprocessing).toEqual(defaults);
    const bare = await read(openClipGraphs, { "open_clip_config.json": { model_cfg: {} } }, ["n", 3, "h", "w"]);
    expect(bare.preprocessing).toEqual(defaults);
    expect(bare.notes).toEqual([
      "no file says the image size: 224, open_clip's default, is used",
      "open_clip_config.json has no preprocess_cfg: open_clip's defaults are used",
    ]);
  });

  it("puts the model's image size above the preprocess_cfg's, as open_clip does", async () => {
    const config = { model_cfg: { vision_cfg: { image_size: [64, 96] } }, preprocess_cfg: { size: 224 } };
    const { preprocessing } = await read(openClipGraphs, { "open_clip_config.json": config }, ["n", 3, 64, 96]);
    expect(preprocessing.size).toEqual({ height: 64, width: 96 });
  });

  it("reads visual/preprocess_cfg.json, with a model config that lies in config.json", async () => {
    const json = {
      "visual/preprocess_cfg.json": {
        size: [224, 224],
        mode: "RGB",
        mean: [0, 0, 0],
        std: [1, 1, 1],
        resize_mode: "squash",
      },
      "config.json": { embed_dim: 512, vision_cfg: { image_size: 224 }, text_cfg: { context_length: 77 } },
    };
    const result = await read(["visual/model.onnx", "textual/model.onnx"], json);
    expect(result.preprocessing).toMatchObject({ size: square(224), resizeMode: "squash", mean: [0, 0, 0] });
    expect(result.files).toEqual(["visual/preprocess_cfg.json", "config.json"]);
  });

  it("refuses two files that prepare images differently, and takes two that agree", async () => {
    const config = { model_cfg: {}, preprocess_cfg: { resize_mode: "squash" } };
    const both = (mode: string) =>
      read(openClipGraphs, { "open_clip_config.json": config, "preprocess_cfg.json": { resize_mode: mode } });
    await expect(both("shortest")).rejects.toThrow(
      /preprocess_cfg.json and open_clip_config.json prepare images differently/,
    );
    expect((await both("squash")).preprocessing.resizeMode).toBe("squash");
  });

  it("takes preprocessor_config.json, with a note, where open_clip's own file is not there", async () => {
    const result = await read(openClipGraphs, { "preprocessor_config.json": clipJson });
    expect(result.preprocessing.size).toEqual(square(224));
    expect(result.notes).toEqual([
      "preprocessing from preprocessor_config.json: the open_clip layout's own file is not there",
    ]);
  });

  it("refuses a folder in which nothing says how images are prepared", async () => {
    await expect(read(openClipGraphs, {})).rejects.toThrow(
      /nothing says how images are prepared: expected preprocessor_config.json, open_clip_config.json/,
    );
  });

  it.each([
    [{ mode: "L" }, /preprocess_cfg.json: mode: /],
    [{ interpolation: "lanczos" }, /interpolation: /],
    [{ resize_mode: "cover" }, /resize_mode: /],
    [{ std: [0, 1, 1] }, /std.0: /],
  ])("names the field that is wrong: %j", async (cfg, message) => {
    await expect(read(openClipGraphs, { "preprocess_cfg.json": cfg })).rejects.toThrow(message);
  });
});

describe("readPreprocessing of Hugging Face layouts", () => {
  it("prefers preprocessor_config.json to an open_clip_config.json that lies beside it", async () => {
    const config = { model_cfg: {}, preprocess_cfg: { resize_mode: "squash" } };
    const json = { "preprocessor_config.json": clipJson, "open_clip_config.json": config };
    const result = await read(huggingFaceGraphs, json);
    expect(result.preprocessing.resizeMode).toBe("shortest");
    expect(result.files).toEqual(["preprocessor_config.json"]);
  });

  it("reads the image_processor of processor_config.json, as transformers 5 saves it", async () => {
    const result = await read(huggingFaceGraphs, {
      "processor_config.json": { image_processor: { ...clipJson, resample: 2 }, processor_class: "CLIPProcessor" },
    });
    expect(result.preprocessing.interpolation).toBe("bilinear");
    expect(result.files).toEqual(["processor_config.json"]);
  });

  const jina = {
    auto_map: { AutoImageProcessor: "jinaai/jina-clip-implementation--processing_clip.JinaCLIPImageProcessor" },
    image_processor_type: "JinaCLIPImageProcessor",
    processor_class: "JinaCLIPProcessor",
    fill_color: 0,
    interpolation: "bicubic",
    mean: [0.48145466, 0.4578275, 0.40821073],
    resize_mode: "shortest",
    size: 224,
    std: [0.26862954, 0.26130258, 0.27577711],
  };

  it("reads jina-clip's processor, which is in open_clip's words, and says so", async () => {
    const result = await read(huggingFaceGraphs, { "preprocessor_config.json": jina });
    expect(result.preprocessing).toEqual({
      size: square(224),
      resizeMode: "shortest",
      interpolation: "bicubic",
      mean: [...OPENAI_MEAN],
      std: [...OPENAI_STD],
      fillColor: 0,
    });
    expect(result.files).toEqual(["preprocessor_config.json"]);
    expect(result.notes.join()).toContain("open_clip's words");
    const squashed = { ...jina, resize_mode: "squash", size: 512, mean: [0.5, 0.5, 0.5] };
    const second = await read(huggingFaceGraphs, { "processor_config.json": { image_processor: squashed } }, [
      "n",
      3,
      512,
      512,
    ]);
    expect(second.preprocessing).toMatchObject({ size: square(512), resizeMode: "squash", mean: [0.5, 0.5, 0.5] });
  });

  it("takes a processor in the words of both libraries where they agree, and else refuses it, naming what differs", async () => {
    const clip = { image_processor_type: "CLIPImageProcessor", size: 224, crop_size: 224 };
    const processor = async (json: object) =>
      (await read(huggingFaceGraphs, { "preprocessor_config.json": json })).preprocessing;
    const agreeing = { ...clip, mean: [...OPENAI_MEAN], std: [...OPENAI_STD], resize_mode: "shortest" };
    expect(await processor(agreeing)).toEqual(await processor(clip));
    await expect(processor({ ...clip, mean: [0.5, 0.5, 0.5], resize_mode: "squash" })).rejects.toThrow(
      /it says different things \(mean \[0.5,0.5,0.5\] and \[0.48145466,0.4578275,0.40821073\]; resize_mode "squash" and "shortest"\)/,
    );
    const named = { ...jina, image_processor_type: undefined, resample: 2, image_mean: jina.mean, image_std: jina.std };
    await expect(processor({ ...named, do_center_crop: true })).rejects.toThrow(
      /interpolation "bicubic" and "bilinear"/,
    );
    const unknown = { ...jina, interpolation: "lanczos" };
    await expect(read(huggingFaceGraphs, { "preprocessor_config.json": unknown })).rejects.toThrow(/interpolation/);
  });

  it("refuses a size that is not the graph's, naming both", async () => {
    await expect(read(huggingFaceGraphs, { "preprocessor_config.json": clipJson }, ["n", 3, 336, 336])).rejects.toThrow(
      /preprocessor_config.json give images of 224 x 224 pixels, but onnx\/model.onnx takes 336 x 336/,
    );
  });
});

describe("readPreprocessing of a shiftline.json", () => {
  it("takes what it says", async () => {
    const json = {
      vision: { file: "a.onnx" },
      text: { file: "b.onnx" },
      size: [64, 96],
      mean: [0.1, 0.2, 0.3],
      std: [1, 1, 1],
      resizeMode: "longest",
      fillColor: 9,
    };
    expect(await read([], { "shiftline.json": json }, ["n", 3, "h", "w"])).toEqual({
      preprocessing: {
        size: { height: 64, width: 96 },
        mean: [0.1, 0.2, 0.3],
        std: [1, 1, 1],
        resizeMode: "longest",
        interpolation: "bicubic",
        fillColor: 9,
      },
      files: ["shiftline.json"],
      notes: [],
    });
  });

  it("takes a resize apart from the crop, and leaves it out where the two are one size", async () => {
    const json = { vision: { file: "a.onnx" }, text: { file: "b.onnx" }, size: 224, mean: [0, 0, 0], std: [1, 1, 1] };
    const resized = async (resize: number) =>
      (await read([], { "shiftline.json": { ...json, resize, interpolation: "lanczos" } })).preprocessing;
    expect(await resized(256)).toMatchObject({ resize: 256, size: square(224), interpolation: "lanczos" });
    expect(await resized(224)).not.toHaveProperty("resize");
  });

  it("refuses keys that it does not know, and names each field that is missing", async () => {
    const json = { vision: { file: "a.onnx" }, text: { file: "b.onnx" }, size: 64, mean: [0, 0, 0], std: [1, 1, 1] };
    await expect(read([], { "shiftline.json": { ...json, resize_mode: "squash" } })).rejects.toThrow(/resize_mode/);
    await expect(read([], { "shiftline.json": { vision: {} } })).rejects.toThrow(
      /vision.file: .*; text: .*; size: .*; mean: /,
    );
    await expect(read([], { "shiftline.json": { ...json, text: { file: "/b.onnx" } } })).rejects.toThrow(
      /text.file: expected a path below the folder of the shiftline.json/,
    );
  });
});
