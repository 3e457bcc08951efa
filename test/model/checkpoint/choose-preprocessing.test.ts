import { describe, expect, it } from "vitest";
import { OPENAI_MEAN, OPENAI_STD } from "../../../src/data/image/preprocessing.ts";
import { choosePreprocessing } from "../../../src/model/checkpoint/choose-preprocessing.ts";
import { parseModelConfigs } from "../../../src/model/checkpoint/model-config.ts";
import { parseOnnxModel } from "../../../src/model/onnx/onnx-model.ts";
import { layoutOf, makeFacts } from "./make-facts.ts";
import { tinyVision } from "./tiny-towers.ts";

const openClipGraphs = ["visual.onnx", "textual.onnx"];
const huggingFaceGraphs = ["onnx/model.onnx"];

/** The preprocessing of a folder with these graphs and JSON files, for a graph of this input shape. */
function read(graphs: string[], json: Record<string, unknown>, shape: (number | string)[] = ["n", 3, 224, 224]) {
  const facts = makeFacts({ ...Object.fromEntries(graphs.map((path) => [path, "x"])), ...json });
  const pixels = { name: "image", type: "float32", shape };
  const graph = { file: "visual.onnx", model: parseOnnxModel(tinyVision(), "visual.onnx"), bytes: 0 };
  const configs = parseModelConfigs(facts);
  const found = { facts, layout: layoutOf(facts), configs, vision: graph, text: graph, weights: null };
  return choosePreprocessing(found, pixels);
}

const clipJson = { image_processor_type: "CLIPImageProcessor" };
const square = (side: number) => ({ height: side, width: side });

describe("choosePreprocessing of open_clip layouts", () => {
  it("reads preprocess_cfg and the model's image size from open_clip_config.json", () => {
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
    const result = read(openClipGraphs, { "open_clip_config.json": config }, ["n", 3, 256, 256]);
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

  it("uses open_clip's defaults, reads 'random' as bicubic, and reports if all values are defaults", () => {
    const defaults = {
      size: square(224),
      mean: OPENAI_MEAN,
      std: OPENAI_STD,
      interpolation: "bicubic",
      resizeMode: "shortest",
      fillColor: 0,
    };
    const random = { model_cfg: {}, preprocess_cfg: { interpolation: "random", mean: null } };
    expect(read(openClipGraphs, { "open_clip_config.json": random }).preprocessing).toEqual(defaults);
    const bare = read(openClipGraphs, { "open_clip_config.json": { model_cfg: {} } }, ["n", 3, "h", "w"]);
    expect(bare.preprocessing).toEqual(defaults);
    expect(bare.notes).toEqual([
      "no file states the image size: 224, open_clip's default, is used",
      "open_clip_config.json has no preprocess_cfg: open_clip's defaults are used",
    ]);
  });

  it("prefers the model's image size to that of preprocess_cfg, as open_clip does", () => {
    const config = { model_cfg: { vision_cfg: { image_size: [64, 96] } }, preprocess_cfg: { size: 224 } };
    const { preprocessing } = read(openClipGraphs, { "open_clip_config.json": config }, ["n", 3, 64, 96]);
    expect(preprocessing.size).toEqual({ height: 64, width: 96 });
  });

  it("reads visual/preprocess_cfg.json, with a model config in config.json", () => {
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
    const result = read(["visual/model.onnx", "textual/model.onnx"], json);
    expect(result.preprocessing).toMatchObject({ size: square(224), resizeMode: "squash", mean: [0, 0, 0] });
    expect(result.files).toEqual(["visual/preprocess_cfg.json", "config.json"]);
  });

  it("refuses two files with different preprocessing, and accepts two that agree", () => {
    const config = { model_cfg: {}, preprocess_cfg: { resize_mode: "squash" } };
    const both = (mode: string) =>
      read(openClipGraphs, { "open_clip_config.json": config, "preprocess_cfg.json": { resize_mode: mode } });
    expect(() => both("shortest")).toThrow(
      /preprocess_cfg.json and open_clip_config.json specify different preprocessing/,
    );
    expect(both("squash").preprocessing.resizeMode).toBe("squash");
  });

  it("uses preprocessor_config.json, with a note, if open_clip's file does not exist", () => {
    const result = read(openClipGraphs, { "preprocessor_config.json": clipJson });
    expect(result.preprocessing.size).toEqual(square(224));
    expect(result.notes).toEqual([
      "preprocessing from preprocessor_config.json: the file of the open_clip layout does not exist",
    ]);
  });

  it("refuses a folder in which no file states the preprocessing", () => {
    expect(() => read(openClipGraphs, {})).toThrow(
      /no file states the preprocessing: expected preprocessor_config.json, open_clip_config.json/,
    );
  });

  it.each([
    [{ mode: "L" }, /preprocess_cfg.json: mode: /],
    [{ interpolation: "lanczos" }, /interpolation: /],
    [{ resize_mode: "cover" }, /resize_mode: /],
    [{ std: [0, 1, 1] }, /std.0: /],
  ])("names the invalid field: %j", (cfg, message) => {
    expect(() => read(openClipGraphs, { "preprocess_cfg.json": cfg })).toThrow(message);
  });
});

describe("choosePreprocessing of Hugging Face layouts", () => {
  it("prefers preprocessor_config.json to an open_clip_config.json in the same folder", () => {
    const config = { model_cfg: {}, preprocess_cfg: { resize_mode: "squash" } };
    const json = { "preprocessor_config.json": clipJson, "open_clip_config.json": config };
    const result = read(huggingFaceGraphs, json);
    expect(result.preprocessing.resizeMode).toBe("shortest");
    expect(result.files).toEqual(["preprocessor_config.json"]);
  });

  it("reads the image_processor of processor_config.json, as transformers 5 saves it", () => {
    const result = read(huggingFaceGraphs, {
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

  it("reads jina-clip's processor, which uses open_clip's keys, with a note", () => {
    const result = read(huggingFaceGraphs, { "preprocessor_config.json": jina });
    expect(result.preprocessing).toEqual({
      size: square(224),
      resizeMode: "shortest",
      interpolation: "bicubic",
      mean: [...OPENAI_MEAN],
      std: [...OPENAI_STD],
      fillColor: 0,
    });
    expect(result.files).toEqual(["preprocessor_config.json"]);
    expect(result.notes.join()).toContain("open_clip's keys");
    const squashed = { ...jina, resize_mode: "squash", size: 512, mean: [0.5, 0.5, 0.5] };
    const second = read(huggingFaceGraphs, { "processor_config.json": { image_processor: squashed } }, [
      "n",
      3,
      512,
      512,
    ]);
    expect(second.preprocessing).toMatchObject({ size: square(512), resizeMode: "squash", mean: [0.5, 0.5, 0.5] });
  });

  it("accepts a processor with the keys of both libraries if they agree, and otherwise names the differences", () => {
    const clip = { image_processor_type: "CLIPImageProcessor", size: 224, crop_size: 224 };
    const processor = (json: object) => read(huggingFaceGraphs, { "preprocessor_config.json": json }).preprocessing;
    const agreeing = { ...clip, mean: [...OPENAI_MEAN], std: [...OPENAI_STD], resize_mode: "shortest" };
    expect(processor(agreeing)).toEqual(processor(clip));
    expect(() => processor({ ...clip, mean: [0.5, 0.5, 0.5], resize_mode: "squash" })).toThrow(
      /its open_clip keys contradict its transformers keys \(mean \[0.5,0.5,0.5\] and \[0.48145466,0.4578275,0.40821073\]; resize_mode "squash" and "shortest"\)/,
    );
    const named = { ...jina, image_processor_type: undefined, resample: 2, image_mean: jina.mean, image_std: jina.std };
    expect(() => processor({ ...named, do_center_crop: true })).toThrow(/interpolation "bicubic" and "bilinear"/);
    const unknown = { ...jina, interpolation: "lanczos" };
    expect(() => read(huggingFaceGraphs, { "preprocessor_config.json": unknown })).toThrow(/interpolation/);
  });

  it("refuses a size that differs from the graph's, and names both", () => {
    expect(() => read(huggingFaceGraphs, { "preprocessor_config.json": clipJson }, ["n", 3, 336, 336])).toThrow(
      /preprocessor_config.json specify images of 224 x 224 pixels, but onnx\/model.onnx takes 336 x 336/,
    );
  });
});

describe("choosePreprocessing of a shiftline.json", () => {
  it("follows the file", () => {
    const json = {
      vision: { file: "a.onnx" },
      text: { file: "b.onnx" },
      size: [64, 96],
      mean: [0.1, 0.2, 0.3],
      std: [1, 1, 1],
      resizeMode: "longest",
      fillColor: 9,
    };
    expect(read([], { "shiftline.json": json }, ["n", 3, "h", "w"])).toEqual({
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

  it("supports a resize that differs from the crop, and omits it if both have the same size", () => {
    const json = { vision: { file: "a.onnx" }, text: { file: "b.onnx" }, size: 224, mean: [0, 0, 0], std: [1, 1, 1] };
    const resized = (resize: number) =>
      read([], { "shiftline.json": { ...json, resize, interpolation: "lanczos" } }).preprocessing;
    expect(resized(256)).toMatchObject({ resize: 256, size: square(224), interpolation: "lanczos" });
    expect(resized(224)).not.toHaveProperty("resize");
  });

  it("refuses unknown keys, and names each missing field", () => {
    const json = { vision: { file: "a.onnx" }, text: { file: "b.onnx" }, size: 64, mean: [0, 0, 0], std: [1, 1, 1] };
    expect(() => read([], { "shiftline.json": { ...json, resize_mode: "squash" } })).toThrow(/resize_mode/);
    expect(() => read([], { "shiftline.json": { vision: {} } })).toThrow(/vision.file: .*; text: .*; size: .*; mean: /);
    expect(() => read([], { "shiftline.json": { ...json, text: { file: "/b.onnx" } } })).toThrow(
      /text.file: expected a path below the folder of the shiftline.json/,
    );
  });
});
