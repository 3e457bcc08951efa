import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/foundation/errors.ts";
import { openClipNames } from "../../../src/model/architectures/open-clip-names.ts";
import { type ArchitectureConfigs, readArchitecture } from "../../../src/model/architectures/read-architecture.ts";
import { transformersTowers } from "../../../src/model/architectures/transformers-towers.ts";
import type { Weights } from "../../../src/model/weights/weights.ts";
import { recordTensors } from "./record-tensors.ts";
import { openAiShapes, type Shapes, weightsOf } from "./shapes.ts";

const names = await openClipNames();
const NONE: ArchitectureConfigs = { openClip: null, huggingFace: null };

/** Integers in OpenAI's archive of a model in addition to its tensors. */
function archive(model: string, shapes = openAiShapes(model)): Weights {
  const size = (names.models[model] as { vision_cfg: { image_size: number } }).vision_cfg.image_size;
  const values = { input_resolution: size, context_length: 77, vocab_size: 49408 };
  return weightsOf(shapes, { format: "torchscript", values: new Map(Object.entries(values)) });
}

const beside = (model: string, changes: object = {}): ArchitectureConfigs => ({
  ...NONE,
  openClip: { file: "open_clip_config.json", config: { ...names.models[model], ...changes } },
});

const refused = async (weights: Weights, configs: ArchitectureConfigs) => {
  const error = await readArchitecture(weights, configs).then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(InputError);
  return (error as Error).message;
};

describe("an archive of OpenAI", () => {
  const models = ["RN50", "RN101", "RN50x4", "RN50x16", "RN50x64", "ViT-B-32", "ViT-B-16", "ViT-L-14", "ViT-L-14-336"];

  it.each(models)("of %s is identified by its shapes, with QuickGELU", async (model) => {
    const found = await readArchitecture(archive(model), NONE);
    const described = await readArchitecture(archive(model), { ...NONE, arch: `${model}-quickgelu` });
    expect(found).toMatchObject({ name: `${model}-quickgelu`, unused: [], warnings: [] });
    expect(found.notes).toEqual([
      `the shapes of the tensors of an OpenAI archive describe its architecture: they match ${model}-quickgelu; its MLPs use QuickGELU`,
    ]);
    expect({ image: found.image, text: found.text }).toEqual({ image: described.image, text: described.text });
    expect(found.text.blocks[0]?.mlp.activation).toBe("quick_gelu");
  });

  it("is refused if its integers contradict its shapes", async () => {
    const weights = archive("ViT-B-32");
    const values = new Map([...weights.values, ["input_resolution", 288]] as const);
    const message = await refused({ ...weights, values }, NONE);
    expect(message).toBe("/weights/w.pt: input_resolution is 288, but its tensors have 224");
  });

  it("under a name or a configuration with GELU brings a warning", async () => {
    const named = await readArchitecture(archive("ViT-B-32"), { ...NONE, arch: "ViT-B/32" });
    expect(named.text.blocks[0]?.mlp.activation).toBe("gelu");
    expect(named.warnings).toEqual([
      "/weights/w.pt is an archive of OpenAI, whose models use QuickGELU, but --arch ViT-B-32 states GELU, so its scores are probably too low; --arch ViT-B-32-quickgelu has it",
    ]);
    expect((await readArchitecture(archive("RN50"), beside("RN50"))).warnings).toHaveLength(1);
    expect((await readArchitecture(archive("RN50"), beside("RN50-quickgelu"))).warnings).toEqual([]);
  });
});

describe("a state dict with open_clip's names", () => {
  const shapes = openAiShapes("ViT-B-32");

  it("without a description is described by its shapes, with a warning that they do not show the activation", async () => {
    const found = await readArchitecture(weightsOf(shapes, { path: "/data/epoch_32.pt" }), NONE);
    expect(found).toMatchObject({ name: "ViT-B-32", source: "the shapes of its tensors", unused: [] });
    expect(found.notes).toEqual(["the shapes of its tensors describe its architecture: they match ViT-B-32"]);
    expect(found.warnings).toEqual([
      "no file indicates whether /data/epoch_32.pt was trained with GELU or QuickGELU, and shapes do not show it: GELU is used, as in ViT-B-32; if it was trained with the other one, give --arch ViT-B-32-quickgelu",
    ]);
    const cut = Object.fromEntries(Object.entries(shapes).filter(([name]) => !name.includes("resblocks.11.")));
    expect(await refused(weightsOf(cut), NONE)).toMatch(/no supported model of open_clip has these tensors/);
  });

  it("is described by the weights that its path names, without a warning", async () => {
    const byPath = async (path: string) => {
      const { name, notes, warnings } = await readArchitecture(weightsOf(shapes, { path }), NONE);
      return [name, notes[0]?.match(/, according to its path (.*)$/)?.[1] ?? "", warnings.length];
    };
    const quick = "/data/vit_b_32-quickgelu-laion400m_e32-46683a32.pt";
    expect(await byPath(quick)).toEqual(["ViT-B-32-quickgelu", "ViT-B-32-quickgelu:laion400m_e32", 0]);
    expect(await byPath("/data/laion2b_e16.pt")).toEqual(["ViT-B-32", "ViT-B-32:laion2b_e16", 0]);
    const either = "ViT-B-32-quickgelu:metaclip_400m or metaclip_fullcc";
    expect(await byPath("/data/metaclip.pt")).toEqual(["ViT-B-32-quickgelu", either, 0]);
  });

  it.each([
    ["/runs/rn50-cc12m-bs1024/epoch_32.pt", "cc12m"],
    ["/data/cc12m/epoch_32.pt", "cc12m"],
    ["/data/openai/mine.pt", "openai"],
  ])("at %s is described by that word, with a warning: the weights may have another origin", async (path, tag) => {
    const { name, warnings } = await readArchitecture(weightsOf(openAiShapes("RN50"), { path }), NONE);
    expect(name).toBe("RN50-quickgelu");
    expect(warnings).toEqual([
      `only a word in its path indicates whether ${path} was trained with GELU or QuickGELU, and shapes do not show it: QuickGELU is used, as in open_clip's RN50-quickgelu:${tag}; if it was trained with the other one, give --arch RN50`,
    ]);
    const published = "/data/rn50-quickgelu-cc12m-f000538c.pt";
    expect((await readArchitecture(weightsOf(openAiShapes("RN50"), { path: published }), NONE)).warnings).toEqual([]);
  });

  it("is described by the arguments of its training before its shapes", async () => {
    const trained = { file: "../params.txt", arch: "ViT-B-32-quickgelu" };
    const found = await readArchitecture(weightsOf(shapes), { ...NONE, trained });
    expect(found).toMatchObject({ name: "ViT-B-32-quickgelu", source: "../params.txt of its training", warnings: [] });
    const smaller = { file: "../params.txt", arch: "ViT-B-16" };
    expect(await refused(weightsOf(shapes), { ...NONE, trained: smaller })).toMatch(
      /but ..\/params.txt of its training expects/,
    );
  });

  it("that has an archive's sizes among its tensors is OpenAI's", async () => {
    const state: Shapes = { ...shapes, input_resolution: [], context_length: [], vocab_size: [] };
    const found = await readArchitecture(weightsOf(state), NONE);
    expect(found).toMatchObject({ name: "ViT-B-32-quickgelu", unused: [] });
  });

  it("is described by --arch or by the configuration in its folder, and reports which", async () => {
    const named = await readArchitecture(weightsOf(shapes), { ...beside("ViT-B-16"), arch: "ViT-B-32" });
    expect(named).toMatchObject({ name: "ViT-B-32", source: "--arch ViT-B-32", library: "open_clip", warnings: [] });
    expect(named.openClipConfig).toEqual(names.models["ViT-B-32"]);
    expect(named.notes).toEqual(["--arch ViT-B-32 describes the architecture, not open_clip_config.json"]);
    const configs = { ...beside("ViT-B-32"), huggingFace: { file: "config.json", config: { model_type: "bert" } } };
    const described = await readArchitecture(weightsOf(shapes), configs);
    expect(described).toMatchObject({ name: "ViT-B-32", source: "open_clip_config.json" });
    expect(described.notes).toEqual([
      "open_clip_config.json describes the architecture, not config.json: the weights have open_clip's names",
    ]);
  });

  it("may have its text tower below text., as CustomTextCLIP writes it", async () => {
    const custom = Object.fromEntries(
      Object.entries(shapes).map(([name, shape]) => [/^(visual|logit)/.test(name) ? name : `text.${name}`, shape]),
    );
    const { text, unused } = await readArchitecture(weightsOf(custom), beside("ViT-B-32"));
    expect([text.tokenEmbedding.name, unused]).toEqual(["text.token_embedding.weight", []]);
  });

  it("that does not fit is refused with both shapes, or with the unexpected tensors", async () => {
    expect(await refused(weightsOf(shapes), beside("ViT-B-16"))).toBe(
      "/weights/w.pt: visual.conv1.weight has shape (768, 3, 32, 32), but open_clip_config.json expects (768, 3, 16, 16)",
    );
    const shallow = { ...(names.models["ViT-B-32"]?.text_cfg as object), layers: 11 };
    expect(await refused(weightsOf(shapes), beside("ViT-B-32", { text_cfg: shallow }))).toBe(
      "/weights/w.pt: open_clip_config.json has no place for transformer.resblocks.11.attn.in_proj_bias and 11 more tensors; it describes another model",
    );
  });

  it("of a library that extends open_clip's towers is refused", async () => {
    const long: Shapes = { ...shapes, positional_embedding_res: [77, 512] }; // Long-CLIP's
    expect(await refused(weightsOf(long), beside("ViT-B-32"))).toMatch(
      /no place for positional_embedding_res; it describes/,
    );
  });

  it("warns of what it does not use", async () => {
    const more: Shapes = { ...shapes, "ema.decay": [], "module.step": [1] };
    const { unused, notes, warnings } = await readArchitecture(weightsOf(more), beside("ViT-B-32"));
    expect(unused).toEqual(["ema.decay", "module.step"]);
    expect(notes).toEqual([]);
    expect(warnings).toEqual([
      "not used: ema.decay, module.step: if the model needs them, for example as an adapter, its scores are wrong",
    ]);
  });

  it("that needs another library's configuration reports it", async () => {
    const huggingFace = { file: "config.json", config: { model_type: "clip" } };
    const cut = Object.fromEntries(Object.entries(shapes).filter(([name]) => !name.includes("resblocks.11.")));
    expect(await refused(weightsOf(cut), { ...NONE, huggingFace })).toMatch(
      /no file describes its architecture \(config.json describes tensors with transformers' names\); no supported model/,
    );
    const transformers = weightsOf({ "vision_model.embeddings.class_embedding": [768] });
    expect(await refused(transformers, beside("ViT-B-32"))).toMatch(/add the model's config.json to the folder/);
    expect(await refused(transformers, { ...NONE, arch: "ViT-B-32" })).toMatch(
      /--arch ViT-B-32 names an architecture of/,
    );
    expect(await refused(weightsOf({ "encoder.weight": [1] }), NONE)).toMatch(
      /its tensors have neither the names of open_clip nor those of CLIP in transformers: encoder.weight/,
    );
    expect(await refused(weightsOf({ "image_encoder.a": [1], "text_encoder.b": [1] }), NONE)).toMatch(
      /Apple's MobileCLIP/,
    );
  });
});

describe("a state dict with transformers' names", () => {
  const config = {
    model_type: "clip",
    projection_dim: 32,
    text_config: { hidden_size: 64, intermediate_size: 128, num_hidden_layers: 2, num_attention_heads: 1 },
    vision_config: { hidden_size: 64, intermediate_size: 128, num_hidden_layers: 2, num_attention_heads: 1 },
  };
  const recorded = recordTensors();
  transformersTowers(recorded, config, "config.json");
  const shapes: Shapes = Object.fromEntries(recorded.taken);
  const huggingFace = { file: "config.json", config };

  it("is described by config.json, even with open_clip's configuration in the folder", async () => {
    const found = await readArchitecture(weightsOf(shapes), { ...beside("ViT-B-32"), huggingFace });
    expect(found).toMatchObject({ library: "transformers", source: "config.json", openClipConfig: null, unused: [] });
    expect(found.name).toBe("ViT of 2 blocks, width 64, patches of 32 px, 224 px");
    expect(found.notes).toEqual([
      "config.json describes the architecture, not open_clip_config.json: the weights have transformers' names",
    ]);
  });

  it("that has more blocks than config.json is refused", async () => {
    const shallow = { ...config, text_config: { ...config.text_config, num_hidden_layers: 1 } };
    const configs = { ...NONE, huggingFace: { file: "config.json", config: shallow } };
    expect(await refused(weightsOf(shapes), configs)).toMatch(
      /config.json has no place for text_model.encoder.layers.1.layer_norm1.bias and 15 more tensors; it describes another/,
    );
  });
});

describe("weights that are known to need QuickGELU", () => {
  const shapes = openAiShapes("ViT-B-32");
  const warningsAt = async (path: string, configs: ArchitectureConfigs, of: Shapes = shapes) =>
    (await readArchitecture(weightsOf(of, { path }), configs)).warnings;

  it.each([
    "/data/vit_b_32-quickgelu-laion400m_e32-46683a32.pt",
    "/data/laion400m_e32/open_clip_pytorch_model.bin",
    "/data/ViT-B-32.laion400m-e32.pt",
    "/hub/models--timm--vit_base_patch32_clip_224.openai/snapshots/4a1b/open_clip_model.safetensors",
    "/data/metaclip/b32.pt",
    "/data/b32_400m.pt",
    "/data/clip-openai/model.pt",
  ])("named by the path %s cause a warning without it, none with it", async (path) => {
    const [warning, ...more] = await warningsAt(path, beside("ViT-B-32"));
    expect(warning).toMatch(
      /^\S+ is according to its path open_clip's ViT-B-32:\S+ .*needs QuickGELU, but open_clip_config.json states GELU/,
    );
    expect(more).toEqual([]);
    expect(await warningsAt(path, beside("ViT-B-32-quickgelu"))).toEqual([]);
  });

  it("are those of this architecture alone", async () => {
    const path = "/data/laion400m_e32.pt"; // GELU for ViT-B-16
    const shapesB16 = openAiShapes("ViT-B-16");
    expect(await warningsAt(path, beside("ViT-B-16"), shapesB16)).toEqual([]);
    expect(await warningsAt(path, beside("ViT-B-16-quickgelu"), shapesB16)).toEqual([
      "/data/laion400m_e32.pt is according to its path open_clip's ViT-B-16:laion400m_e32, which was trained with GELU, but open_clip_config.json states QuickGELU, so its scores are probably too low; --arch ViT-B-16 has it",
    ]);
  });

  it("are distinguished by the longest tag and by their repository", async () => {
    const large = openAiShapes("ViT-L-14");
    expect(await warningsAt("/data/dfn2b.pt", beside("ViT-L-14"), large)).toHaveLength(1);
    expect(await warningsAt("/data/dfn2b_s39b.pt", beside("ViT-L-14"), large)).toEqual([]);
    expect(await warningsAt("/apple/DFN2B-CLIP-ViT-L-14-39B/w.bin", beside("ViT-L-14"), large)).toEqual([]);
    expect(await warningsAt("/apple/DFN2B-CLIP-ViT-L-14/w.bin", beside("ViT-L-14"), large)).toHaveLength(1);
  });

  it("are not those of an ordinary path", async () => {
    for (const path of [
      "/data/epoch_32.pt",
      "/data/ViT-B-32.pt",
      "/runs/laion400m/epoch_3.pt",
      "/data/openaiish/w.pt",
    ]) {
      expect(await warningsAt(path, beside("ViT-B-32")), path).toEqual([]);
    }
  });

  it("named by the tag in --arch cause a warning and imply the preprocessing of that tag", async () => {
    const found = await readArchitecture(weightsOf(shapes), { ...NONE, arch: "ViT-B-32:laion400m_e32" });
    expect(found.warnings).toEqual([
      "/weights/w.pt is open_clip's ViT-B-32:laion400m_e32, which needs QuickGELU, but --arch ViT-B-32:laion400m_e32 states GELU, so its scores are probably too low; --arch ViT-B-32-quickgelu has it",
    ]);
    expect(found.openClipPreprocessing).toMatchObject({ interpolation: "bicubic", resize_mode: "shortest" });
  });
});
