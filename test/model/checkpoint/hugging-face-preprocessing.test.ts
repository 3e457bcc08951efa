import { describe, expect, it } from "vitest";
import { OPENAI_MEAN, OPENAI_STD } from "../../../src/data/image/preprocessing.ts";
import { parseHuggingFacePreprocessing } from "../../../src/model/checkpoint/hugging-face-preprocessing.ts";

const parse = (json: object) => parseHuggingFacePreprocessing(json, "preprocessor_config.json");
const clip = { image_processor_type: "CLIPImageProcessor" };
const siglip = { image_processor_type: "SiglipImageProcessor" };
/** As transformers 5 writes it for openai/clip-vit-base-patch32. */
const published = {
  crop_size: { height: 224, width: 224 },
  do_center_crop: true,
  do_convert_rgb: true,
  do_normalize: true,
  do_rescale: true,
  do_resize: true,
  image_mean: [0.48145466, 0.4578275, 0.40821073],
  image_processor_type: "CLIPImageProcessor",
  image_std: [0.26862954, 0.26130258, 0.27577711],
  resample: 3,
  rescale_factor: 0.00392156862745098,
  size: { shortest_edge: 224 },
};

const square = (side: number) => ({ height: side, width: side });

describe("parseHuggingFacePreprocessing", () => {
  it("reads CLIP's published file", () => {
    expect(parse(published)).toEqual({
      size: square(224),
      resizeMode: "shortest",
      interpolation: "bicubic",
      mean: [...OPENAI_MEAN],
      std: [...OPENAI_STD],
      fillColor: 0,
    });
  });

  it.each([
    ["a number", { size: 336, crop_size: 336 }],
    ["a number and a crop with two sides", { size: 336, crop_size: { height: 336, width: 336 } }],
    ["the shortest edge", { size: { shortest_edge: 336 }, crop_size: 336 }],
    ["an old feature extractor's file", { feature_extractor_type: "CLIPFeatureExtractor", size: 336, crop_size: 336 }],
  ])("resizes CLIP's shorter side where size is %s", (_, json) => {
    expect(parse({ ...clip, ...json })).toMatchObject({ size: square(336), resizeMode: "shortest" });
  });

  it("uses CLIPImageProcessor's defaults", () => {
    expect(parse(clip)).toEqual(parse(published));
  });

  it("squashes for SigLIP, with SiglipImageProcessor's defaults", () => {
    const expected = { resizeMode: "squash", interpolation: "bicubic", mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] };
    expect(parse(siglip)).toMatchObject({ ...expected, size: square(224) });
    expect(parse({ ...siglip, size: { height: 384, width: 256 } })).toMatchObject({
      ...expected,
      size: { height: 384, width: 256 },
    });
    expect(parse({ ...siglip, size: 256 })).toMatchObject({ ...expected, size: square(256) });
  });

  it("squashes if both sides are given, and a crop to them changes nothing", () => {
    const json = { ...clip, size: { height: 224, width: 224 }, crop_size: 224 };
    expect(parse(json)).toMatchObject({ resizeMode: "squash", size: square(224) });
  });

  it.each([
    ["a number", { size: 256, crop_size: 224 }, "shortest", square(224)],
    ["the shortest edge", { size: { shortest_edge: 256 }, crop_size: square(224) }, "shortest", square(224)],
    ["CLIP's default crop", { size: 256 }, "shortest", square(224)],
    ["both sides", { size: square(256), crop_size: 224 }, "squash", square(224)],
    [
      "a crop that is not square",
      { size: { shortest_edge: 256 }, crop_size: { height: 224, width: 192 } },
      "shortest",
      { height: 224, width: 192 },
    ],
  ])("resizes to 256 and crops to crop_size: %s", (_, json, resizeMode, size) => {
    expect(parse({ ...clip, ...json })).toMatchObject({ size, resize: 256, resizeMode });
  });

  it("reads a missing normalization as mean 0 and std 1", () => {
    expect(parse({ ...clip, do_normalize: false })).toMatchObject({ mean: [0, 0, 0], std: [1, 1, 1] });
  });

  it("reads resample 2 as bilinear and refuses other filters by name", () => {
    expect(parse({ ...clip, resample: 2 }).interpolation).toBe("bilinear");
    expect(parse({ image_processor_type: "ViTImageProcessor" }).interpolation).toBe("bilinear");
    expect(() => parse({ ...clip, resample: 0 })).toThrow(
      /preprocessor_config.json: resample 0 \(nearest\) is not supported/,
    );
    expect(parse({ ...clip, resample: 1 }).interpolation).toBe("lanczos");
    expect(() => parse({ ...clip, resample: 5 })).toThrow(/resample 5 \(hamming\) is not supported/);
    expect(() => parse({ ...clip, resample: 9 })).toThrow(/unknown/);
  });

  it.each([
    [{ ...clip, size: { height: 256, width: 200 }, crop_size: 224 }, /and then a crop to 224 x 224 is not supported/],
    [{ ...clip, do_center_crop: false }, /without a center crop leaves images of different sizes/],
    [{ ...clip, size: { longest_edge: 224 } }, /size {"longest_edge":224} is not supported/],
    [{ ...clip, size: { shortest_edge: 224, longest_edge: 300 } }, /is not supported/],
    [{ ...clip, do_resize: false }, /do_resize false/],
    [{ ...clip, do_rescale: false }, /do_rescale false/],
    [{ ...clip, rescale_factor: 1 / 127.5 }, /rescale_factor 0.0078/],
    [{ ...clip, do_pad: true }, /do_pad true/],
    [{ ...clip, crop_pct: 0.875 }, /crop_pct 0.875/],
    [{ ...clip, image_std: [0, 1, 1] }, /not positive/],
    [{ ...clip, image_mean: [0.5] }, /image_mean: /],
    [{ image_processor_type: "Siglip2ImageProcessor" }, /Siglip2ImageProcessor is not supported/],
    [{ image_processor_type: "SomethingElse", size: 224 }, /no image_mean or image_std/],
    [{ image_mean: [0, 0, 0], image_std: [1, 1, 1], size: 224 }, /no resample/],
    [{ image_mean: [0, 0, 0], image_std: [1, 1, 1], resample: 3 }, /no size/],
    ["text", /the whole file/],
  ])("refuses what it cannot reproduce: %j", (json, message) => {
    expect(() => parse(json as object)).toThrow(message);
  });

  it("accepts an unknown processor if its file is complete", () => {
    const json = { image_processor_type: "Other", size: 224, image_mean: [0, 0, 0], image_std: [1, 1, 1], resample: 2 };
    expect(parse(json)).toMatchObject({ resizeMode: "squash", interpolation: "bilinear", size: square(224) });
    expect(parse({ ...json, do_center_crop: true })).toMatchObject({ resizeMode: "shortest" });
  });
});
