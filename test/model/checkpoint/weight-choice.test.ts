import { describe, expect, it } from "vitest";
import type { CheckpointFacts } from "../../../src/model/checkpoint/checkpoint-facts.ts";
import { chooseWeights } from "../../../src/model/checkpoint/weight-choice.ts";
import {
  isUnfinishedName,
  isWeightName,
  parseWeightName,
  weightStem,
} from "../../../src/model/checkpoint/weight-names.ts";
import { makeFacts } from "./make-facts.ts";

const openClip = { "open_clip_config.json": { model_cfg: { embed_dim: 8 } } };
const transformers = { "config.json": { model_type: "clip" } };
const timm = { "config.json": { architecture: "vit_base_patch32_clip_224" } };

/** The choice for a folder with these weight files and configurations. */
function choose(weightFiles: string[], json: Record<string, unknown> = {}, variant?: string) {
  const facts: CheckpointFacts = { ...makeFacts(json), weightFiles: weightFiles.filter(isWeightName).sort() };
  return chooseWeights(facts, variant);
}

/** The folder of laion/CLIP-ViT-B-32-laion2B-s34B-b79K. */
const hubFolder = [
  "model.safetensors",
  "open_clip_model.safetensors",
  "open_clip_pytorch_model.bin",
  "pytorch_model.bin",
];

describe("the weights of a folder", () => {
  it.each([
    [hubFolder, { ...openClip, ...transformers }, "open_clip_model.safetensors"],
    [hubFolder, transformers, "model.safetensors"],
    [hubFolder, {}, "open_clip_model.safetensors"],
    [["model.safetensors", "open_clip_pytorch_model.bin"], { ...openClip, ...timm }, "open_clip_pytorch_model.bin"],
    [["model.safetensors", "open_clip_model.safetensors"], timm, "open_clip_model.safetensors"],
    [["model.safetensors", "pytorch_model.bin"], openClip, "model.safetensors"],
    [["pytorch_model.bin", "training_args.bin", "optimizer.pt", "rng_state_0.pth"], transformers, "pytorch_model.bin"],
    [
      ["model.safetensors.index.json", "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"],
      transformers,
      "model.safetensors.index.json",
    ],
    [["model.safetensors", "model.safetensors.index.json"], transformers, "model.safetensors"],
    [["pytorch_model.bin", "model.safetensors.index.json"], transformers, "model.safetensors.index.json"],
    [["model.fp16.safetensors", "model.safetensors"], transformers, "model.safetensors"],
    [["model.fp16.safetensors"], transformers, "model.fp16.safetensors"],
    [["epoch_32.pt"], {}, "epoch_32.pt"],
    [["epoch_32.pt", "model.safetensors"], transformers, "model.safetensors"],
  ])("%j are %s", (files, json, expected) => {
    expect(choose(files, json)).toMatchObject({ weights: expected });
  });

  it("come with a note that lists unused files and the rule", () => {
    expect(choose(hubFolder, openClip)).toEqual({
      weights: "open_clip_model.safetensors",
      notes: [
        "open_clip_model.safetensors is used, not model.safetensors, open_clip_pytorch_model.bin, pytorch_model.bin: weights that the folder's configuration describes come first, then safetensors",
      ],
    });
    expect(choose(["model.safetensors"], transformers)).toEqual({ weights: "model.safetensors", notes: [] });
    const beside = ["open_clip_model.safetensors", "finetuned.pt", "adapter_model.safetensors"];
    expect(choose(beside, openClip)).toMatchObject({
      notes: [expect.stringMatching(/is used, not (?=.*finetuned.pt).*adapter_model.safetensors/)],
    });
  });

  it("have variants, which --variant names", () => {
    const files = ["model.fp16.safetensors", "model.bf16.safetensors", "model.safetensors"];
    expect(choose(files, transformers, "fp16")).toMatchObject({ weights: "model.fp16.safetensors" });
    expect(choose(files, transformers, "fp8")).toMatchObject({
      problem: expect.stringMatching(
        /no variant "fp8"; variants that exist \(--variant\): bf16, fp16; it opens without --variant; found model/,
      ),
    });
    expect(choose(files.slice(0, 2), transformers)).toMatchObject({
      problem: expect.stringMatching(/all its weights are variants; variants that exist \(--variant\): bf16, fp16/),
    });
    expect(() => choose(["epoch_32.pt"], {}, "fp16")).toThrow(/no variant "fp16"; it has no variants/);
  });

  it("are none without a weight file", () => {
    expect(choose(["training_args.bin"])).toBeNull();
  });
});

describe("names of weight files", () => {
  it("are distinguished from others", () => {
    expect(
      ["model.safetensors", "a.pt", "b.pth", "pytorch_model.bin", "d.ckpt", "model.safetensors.index.json"].every(
        isWeightName,
      ),
    ).toBe(true);
    expect(["config.json", "model.onnx", "vocab.json", "README.md", "meta.bin"].some(isWeightName)).toBe(false);
    expect(["a.pt.part", "model.safetensors.incomplete", "x.crdownload"].every(isUnfinishedName)).toBe(true);
    expect(parseWeightName("model.safetensors.index.fp16.json")).toMatchObject({ variant: "fp16", isIndex: true });
  });

  it("name a checkpoint if they are not generic", () => {
    expect(["epoch_32.pt", "ViT-B-32.pt", "b32.best.safetensors", "ab12", "fp16.bin"].map(weightStem)).toEqual([
      "epoch_32",
      "ViT-B-32",
      "b32.best",
      "ab12",
      "fp16",
    ]);
    const usual = ["model.safetensors", "open_clip_pytorch_model.bin", "model.fp16.safetensors"];
    expect([...usual, "pytorch_model.bin.index.json", "model-00001-of-00002.safetensors"].map(weightStem)).toEqual(
      Array(5).fill(null),
    );
  });
});
