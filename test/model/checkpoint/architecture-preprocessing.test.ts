import { describe, expect, it } from "vitest";
import { OPENAI_MEAN, OPENAI_STD } from "../../../src/data/image/preprocessing.ts";
import type { Architecture } from "../../../src/model/architectures/architecture.ts";
import { findArchitecture, openClipNames } from "../../../src/model/architectures/open-clip-names.ts";
import { architecturePreprocessing } from "../../../src/model/checkpoint/architecture-preprocessing.ts";
import type { PreprocessingConfig } from "../../../src/model/checkpoint/preprocessing-config.ts";
import { parseTrainingParams, warnOfTraining } from "../../../src/model/checkpoint/training-params.ts";

const names = await openClipNames();
const PATH = "/checkpoints/epoch_32.pt";

interface Described {
  readonly name?: string;
  readonly vocabulary?: number;
  readonly library?: Architecture["library"];
  readonly pooling?: string;
  readonly arch?: string;
  readonly path?: string;
  /** arguments of the training run that wrote the weights */
  readonly params?: string;
}

/** The preprocessing of an architecture of 224 pixels. */
function prepare({
  name = "",
  vocabulary = 49_408,
  library = "open_clip",
  pooling = "first",
  arch,
  path = PATH,
  params,
}: Described) {
  const tag = arch === undefined ? null : (findArchitecture(names, arch).pretrained?.preprocess_cfg ?? null);
  const architecture = {
    name,
    library,
    openClipPreprocessing: tag,
    image: {
      kind: "vision-transformer",
      imageSize: { height: 224, width: 224 },
      preNorm: {},
      pooling: { kind: pooling },
    },
    text: { tokenEmbedding: { shape: [vocabulary, 512] } },
  } as unknown as Architecture;
  const training = params === undefined ? null : parseTrainingParams("params.txt", params, names);
  return architecturePreprocessing(names, { path, arch, architecture, training });
}

const found = (described: Described) => prepare(described) as PreprocessingConfig;
const half = [0.5, 0.5, 0.5];

describe("the preprocessing of weights without preprocessing files", () => {
  it("is open_clip's default for CLIP's original towers", () => {
    for (const described of [{ arch: "ViT-B-32" }, { name: "ViT-B-32-quickgelu" }, { name: "ViT of 3 blocks" }]) {
      expect(found(described).preprocessing).toEqual({
        size: { height: 224, width: 224 },
        resizeMode: "shortest",
        interpolation: "bicubic",
        mean: OPENAI_MEAN,
        std: OPENAI_STD,
        fillColor: 0,
      });
    }
  });

  it("is that of all pretrained names of an architecture if they agree", () => {
    expect(found({ arch: "ViT-B-16-SigLIP", vocabulary: 32_000, pooling: "map" })).toMatchObject({
      preprocessing: { mean: half, std: half, resizeMode: "squash", interpolation: "bicubic" },
      source: "open_clip's ViT-B-16-SigLIP",
      notes: [
        "no file states the preprocessing: that of open_clip's ViT-B-16-SigLIP is used (224 × 224, squash, bicubic, mean 0.5 0.5 0.5, std 0.5 0.5 0.5)",
      ],
    });
    expect(found({ arch: "MobileCLIP-B", pooling: "first" }).preprocessing).toMatchObject({
      mean: [0, 0, 0],
      std: [1, 1, 1],
      interpolation: "bilinear",
    });
    expect(found({ arch: "ViT-H-14-CLIPA", vocabulary: 32_000 }).preprocessing).toMatchObject({
      mean: [0.485, 0.456, 0.406],
      resizeMode: "squash",
      interpolation: "bilinear",
    });
  });

  it("is open_clip's default if they differ, with a note of those that need another", () => {
    const { preprocessing, notes, source } = found({ arch: "ViT-L-14" });
    expect([preprocessing.mean, source]).toEqual([OPENAI_MEAN, "open_clip's defaults"]);
    expect(notes.join()).toMatch(
      /need another: --arch ViT-L-14:laion2b_s32b_b82k \(shortest, bicubic, mean 0.5 0.5 0.5/,
    );
  });

  it("is that of the pretrained name that --arch gives", () => {
    expect(found({ arch: "ViT-L-14:laion2b_s32b_b82k" })).toMatchObject({
      preprocessing: { mean: half, resizeMode: "shortest" },
      source: "open_clip's ViT-L-14:laion2b_s32b_b82k",
    });
    expect(found({ arch: "ViT-H-14-quickgelu:dfn5b" }).preprocessing).toMatchObject({ resizeMode: "squash" });
  });

  it("is that of the training run whose arguments are in the folder of the weights", () => {
    const params = (lines: string) =>
      `accum_freq: 1\nforce_quick_gelu: False\nlr: 0.0005\nmodel: ViT-B-16-SigLIP\n${lines}`;
    const none =
      "image_interpolation: None\nimage_mean: None\nimage_resize_mode: None\nimage_std: None\npretrained: \n";
    const siglip = { arch: "ViT-B-16-SigLIP", vocabulary: 32_000, pooling: "map" };
    expect(found({ ...siglip, params: params(none) })).toMatchObject({
      preprocessing: { mean: OPENAI_MEAN, std: OPENAI_STD, resizeMode: "shortest" },
      source: "params.txt of their training",
    });
    expect(found({ ...siglip, params: params(none.replace("pretrained: ", "pretrained: webli")) })).toMatchObject({
      preprocessing: { mean: half, std: half, resizeMode: "squash" },
    });
    const given =
      "image_interpolation: bilinear\nimage_mean: [0.1, 0.2, 0.3]\nimage_resize_mode: longest\nimage_std: [0.25]\n";
    expect(found({ ...siglip, params: params(given) })).toMatchObject({
      preprocessing: {
        mean: [0.1, 0.2, 0.3],
        std: [0.25, 0.25, 0.25],
        resizeMode: "longest",
        interpolation: "bilinear",
      },
    });
  });

  it("is requested if the path names weights that need another than the default", () => {
    const path = "/hub/models--laion--CLIP-ViT-L-14-laion2B-s32B-b82K/snapshots/0/open_clip_pytorch_model.bin";
    expect(prepare({ arch: "ViT-L-14", path })).toEqual({
      problem: expect.stringMatching(
        /the path names ViT-L-14:laion2b_s32b_b82k, .* confirm it with --arch ViT-L-14:laion2b_s32b_b82k/,
      ),
    });
    expect(prepare({ arch: "ViT-L-14", path: "/lab/vit_l_14-laion400m_e32.pt" })).toHaveProperty("preprocessing");
  });

  it("is requested if the architecture has no name and is not plain CLIP", () => {
    for (const described of [
      { name: "ViT of 12 blocks", vocabulary: 32_000 },
      { name: "ViT of 12 blocks", pooling: "map" },
      { name: "ViT-B-32", library: "transformers" as const },
    ]) {
      expect(prepare(described)).toEqual({ problem: expect.stringMatching(/expected preprocessor_config.json/) });
    }
  });
});

describe("the arguments of open_clip's training", () => {
  const arch = (text: string) => parseTrainingParams("params.txt", text, names)?.arch;

  it("name the architecture", () => {
    expect(arch("force_quick_gelu: False\nmodel: ViT-B-32\n")).toBe("ViT-B-32");
    expect(arch("force_quick_gelu: True\nmodel: ViT-B/32\n")).toBe("ViT-B-32-quickgelu");
    expect(arch("force_quick_gelu: True\nmodel: ViT-B-32-quickgelu\n")).toBe("ViT-B-32-quickgelu");
    expect(arch("force_quick_gelu: False\nmodel: hf-hub:lab/clip\n")).toBeNull();
    expect(arch("force_image_size: [336]\nforce_quick_gelu: False\nmodel: ViT-B-32\n")).toBeNull();
  });

  it("do not determine the activation of training that started from OpenAI's weights, with a warning", () => {
    const warn = (text: string, arch?: string) => warnOfTraining(parseTrainingParams("params.txt", text, names), arch);
    const tuned = "force_quick_gelu: False\nmodel: ViT-B-32\npretrained: openai\n";
    expect(warn(tuned)).toEqual([
      "params.txt of the training states ViT-B-32 and pretrained openai: open_clip before 3.0 trained this with QuickGELU, later versions with GELU, which is used; for an earlier version, give --arch ViT-B-32-quickgelu",
    ]);
    expect(warn(tuned, "ViT-B-32-quickgelu")).toEqual([]);
    expect(warn(tuned, "ViT-B/32")).toEqual([]);
    expect(warn(tuned, "ViT-B-16")).toHaveLength(1);
    expect(warn(tuned.replace("False", "True"))).toEqual([]);
    expect(warn(tuned.replace("openai", "laion2b_e16"))).toEqual([]);
    expect(warn(tuned.replace("openai", "laion2b_e16"), "ViT-B-32-quickgelu")).toHaveLength(1);
  });

  it("are distinguished from another program's", () => {
    expect(parseTrainingParams("params.txt", "model: ViT-B-32\nlr: 1\n", names)).toBeNull();
    expect(parseTrainingParams("params.txt", "\u0000\u0001", names)).toBeNull();
  });
});
