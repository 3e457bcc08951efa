import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/foundation/errors.ts";
import { parseOpenClipConfig } from "../../../src/model/architectures/open-clip-config.ts";
import { openClipNames } from "../../../src/model/architectures/open-clip-names.ts";
import { fixtures } from "../../helpers.ts";

const built = JSON.parse(readFileSync(join(fixtures, "architectures/open-clip-configs.json"), "utf8"));
const names = await openClipNames();

/** A `model_cfg` with fields changed: null removes one. */
function changed(model: string, changes: Readonly<Record<string, Readonly<Record<string, unknown>>>>): unknown {
  const config = structuredClone(names.models[model]) as Record<string, Record<string, unknown>>;
  for (const [part, fields] of Object.entries(changes)) {
    if (part === "") Object.assign(config, fields);
    else Object.assign(config[part] as object, fields);
  }
  return config;
}

describe("a model_cfg of open_clip", () => {
  const models = Object.entries(names.models);

  it("has the parameters of the model that open_clip builds, for every supported configuration", () => {
    const accepted = models.filter(([name]) => built[name] !== null);
    expect(accepted).toHaveLength(85);
    for (const [name, config] of accepted) {
      const { ignored, ...numbers } = parseOpenClipConfig(config, name);
      expect(numbers, name).toEqual(built[name]);
      expect(ignored, name).toEqual([]);
    }
  });

  it("is refused by name if a tower is not supported yet", () => {
    const refused = models.filter(([name]) => built[name] === null);
    expect(models).toHaveLength(144);
    const reasons = refused.map(([name, config]) => {
      try {
        parseOpenClipConfig(config, name);
        return `${name}: accepted`;
      } catch (error) {
        expect(error).toBeInstanceOf(InputError);
        return (error as Error).message;
      }
    });
    const kinds = reasons.map(
      (reason) => reason.match(/^[^:]+: (?:.*: )?(.*) (?:is|are) not supported yet; /)?.[1] ?? reason,
    );
    expect([...new Set(kinds)].sort()).toEqual([
      "CoCa",
      "ConvNeXt",
      "EVA",
      "FastViT",
      "Perception Encoder",
      "Swin",
      "ViTamin",
      "a ViT with relative positions",
      "text towers of Hugging Face",
    ]);
  });

  it.each([
    ["ViT-B-32", { vision_cfg: { qk_norm: true } }, "x.json: vision_cfg.qk_norm: not supported yet; export it to ONNX"],
    ["ViT-B-32", { text_cfg: { scale_fc: true } }, "x.json: text_cfg.scale_fc: not supported yet"],
    ["ViT-B-32", { vision_cfg: { attentional_pool: true } }, "x.json: vision_cfg.attentional_pool: not supported yet"],
    ["ViT-B-32", { vision_cfg: { pool_type: "none" } }, "x.json: vision_cfg.pool_type: "],
    ["ViT-B-32", { text_cfg: { pool_type: "none" } }, "x.json: text_cfg: pool_type: "],
    [
      "ViT-B-32",
      { text_cfg: { embed_cls: true } },
      "x.json: text_cfg.embed_cls: open_clip ignores it without custom_text",
    ],
    ["ViT-B-32", { text_cfg: { heads: 7 } }, "x.json: text_cfg: width 512 is not a multiple of its 7 heads"],
    [
      "ViT-B-32",
      { vision_cfg: { head_width: 1000 } },
      "x.json: vision_cfg: width 768 is not a multiple of its 0 heads",
    ],
    ["ViT-B-32", { vision_cfg: { patch_size: [16, 32] } }, "x.json: vision_cfg.patch_size: expected one number"],
    [
      "ViT-B-32",
      { vision_cfg: { patch_size: 448 } },
      "x.json: vision_cfg: patch_size 448 exceeds image_size 224 × 224",
    ],
    ["ViT-B-32", { vision_cfg: { width: "768" } }, "x.json: vision_cfg.width: "],
    ["ViT-B-32", { "": { embed_dim: 0 } }, "x.json: embed_dim: "],
    ["ViT-B-32", { text_cfg: { act_kwargs: { approximate: "tanh", alpha: 1 } } }, "x.json: text_cfg: act_kwargs: "],
    ["ViT-B-32", { text_cfg: { norm_kwargs: { bias: false } } }, "x.json: text_cfg: norm_kwargs: "],
    ["ViT-B-32-quickgelu", { text_cfg: { act_kwargs: { approximate: "tanh" } } }, "QuickGELU has no"],
    [
      "RN50",
      { vision_cfg: { image_size: [224, 224] } },
      "x.json: vision_cfg.image_size: expected one number, because open_clip's ResNet takes square images",
    ],
    ["RN50", { vision_cfg: { layers: [3, 4, 6] } }, "x.json: vision_cfg.layers: "],
    ["RN50", { vision_cfg: { head_width: 60 } }, "x.json: vision_cfg: width 64 is not compatible with head_width 60"],
    ["ViT-B-32", { vision_cfg: { rotary: "yes" } }, "x.json: vision_cfg.rotary: open_clip 3.3.0 has no such setting"],
    ["ViT-B-32", { text_cfg: { rotary: 1 } }, "x.json: text_cfg.rotary: open_clip 3.3.0 has no such setting"],
    ["ViT-B-32", { "": { rotary: 1 } }, "x.json: rotary: open_clip 3.3.0 has no such setting"],
  ] as const)("of %s with %j is refused", (model, changes, message) => {
    const parse = () => parseOpenClipConfig(changed(model, changes), "x.json");
    expect(parse).toThrow(InputError);
    expect(parse).toThrow(message);
  });

  it("may contain disabled settings that open_clip does not define, and lists them", () => {
    const config = changed("ViT-B-32", {
      vision_cfg: { input_patchnorm: false },
      text_cfg: { rope: null },
      "": { x: 0 },
    });
    expect(parseOpenClipConfig(config, "x.json").ignored).toEqual(["x", "vision_cfg.input_patchnorm", "text_cfg.rope"]);
  });

  it("uses open_clip's defaults for missing fields, and supports sizes with two sides", () => {
    const { vision, text } = parseOpenClipConfig({ embed_dim: 512, vision_cfg: {}, text_cfg: {} }, "x.json");
    expect(vision).toMatchObject({ kind: "vit", layers: 12, width: 768, heads: 12, mlpWidth: 3072, patchSize: 16 });
    expect(text).toMatchObject({ contextLength: 77, vocabularySize: 49408, heads: 8, pooling: { kind: "argmax" } });
    const wide = parseOpenClipConfig(changed("ViT-B-32", { vision_cfg: { image_size: [224, 448] } }), "x.json");
    expect(wide.vision.imageSize).toEqual({ height: 224, width: 448 });
  });

  it("has CoCa's text tower with a class token at the end if its text tower is a separate module", () => {
    const config = changed("ViT-B-32", { text_cfg: { embed_cls: true, pad_id: 3 }, "": { custom_text: true } });
    expect(parseOpenClipConfig(config, "x.json").text.pooling).toEqual({ kind: "appended", padId: 3 });
  });

  it("is either parsed or refused with a message, for any values of its fields", () => {
    const value = fc.oneof(
      fc.constantFrom(null, true, false, "", "tok", "none", 0, 1, -1, 0.5, 64, 1e9, [], {}, [3, 4, 6, 3], [224, 224]),
      fc.jsonValue({ maxDepth: 2 }),
    );
    const part = fc.constantFrom("", "vision_cfg", "text_cfg");
    const keys = ["ViT-B-32", "RN50", "ViT-B-16-SigLIP"].map((model) => ({ model, ...KEYS }));
    fc.assert(
      fc.property(fc.constantFrom(...keys), part, fc.nat(), value, ({ model, ...fields }, where, index, content) => {
        const names = fields[where as keyof typeof fields];
        const config = changed(model, { [where]: { [names[index % names.length] as string]: content } });
        try {
          const { vision, text } = parseOpenClipConfig(config, "x.json");
          expect(text.width % text.heads).toBe(0);
          if (vision.kind === "vit") expect(vision.width % vision.heads).toBe(0);
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

/** Fields that open_clip reads. */
const KEYS = {
  "": ["embed_dim", "vision_cfg", "text_cfg", "quick_gelu", "custom_text", "multimodal_cfg", "unknown"],
  vision_cfg: [
    ...["layers", "width", "head_width", "mlp_ratio", "patch_size", "image_size", "ls_init_value", "attentional_pool"],
    ...["no_ln_pre", "pool_type", "act_kwargs", "norm_kwargs", "qk_norm", "timm_model_name", "timm_pool", "timm_proj"],
  ],
  text_cfg: [
    ...["context_length", "vocab_size", "width", "heads", "layers", "mlp_ratio", "embed_cls", "pad_id", "eos_id"],
    ...["no_causal_mask", "pool_type", "proj_bias", "proj_type", "act_kwargs", "norm_kwargs", "hf_model_name"],
  ],
};
