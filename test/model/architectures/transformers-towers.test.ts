import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/foundation/errors.ts";
import { takeTensors } from "../../../src/model/architectures/take-tensors.ts";
import { transformersTowers } from "../../../src/model/architectures/transformers-towers.ts";
import { recordTensors } from "./record-tensors.ts";
import { type Shapes, weightsOf } from "./shapes.ts";

type Config = Readonly<Record<string, unknown>>;

const TOWER = { hidden_size: 32, intermediate_size: 72, num_hidden_layers: 2, num_attention_heads: 4 };
const TEXT = { ...TOWER, vocab_size: 120, max_position_embeddings: 12 };
const VISION = { ...TOWER, image_size: 36, patch_size: 8 };
const CLIP = { model_type: "clip", projection_dim: 24, text_config: TEXT, vision_config: VISION };
const SIGLIP = { model_type: "siglip", text_config: TEXT, vision_config: VISION };

const towers = (config: unknown) => transformersTowers(recordTensors(), config, "config.json");

function shapesOf(config: Config): Shapes {
  const tensors = recordTensors();
  transformersTowers(tensors, config, "config.json");
  return Object.fromEntries(tensors.taken);
}

/** Takes the towers from tensors of the configuration's shapes, some of them changed. */
function takeFrom(config: Config, changes: Shapes) {
  const tensors = takeTensors(weightsOf({ ...shapesOf(config), ...changes }));
  const found = transformersTowers(tensors, config, "config.json");
  return { ...found, unused: tensors.unused() };
}

describe("transformersTowers", () => {
  it("refuses other models by their type, with a reason", () => {
    const refusal = (modelType: string) => () => towers({ model_type: modelType });
    expect(refusal("siglip2")).toThrow(/config\.json: model_type "siglip2": Siglip2Model \(NaFlex\) takes patches/);
    expect(refusal("clip_vision_model")).toThrow(/it has an image tower only; both towers are needed/);
    expect(refusal("siglip_text_model")).toThrow(/it has a text tower only/);
    expect(refusal("chinese_clip")).toThrow(/model_type "chinese_clip": not supported yet; export it to ONNX/);
    expect(refusal("toString")).toThrow(/model_type "toString": not supported yet/);
    expect(() => towers({})).toThrow(/config\.json: model_type: Invalid input/);
  });

  it("uses transformers' defaults for fields that config.json omits", () => {
    const clip = towers({ model_type: "clip" });
    expect(clip.image).toMatchObject({ imageSize: { height: 224, width: 224 }, preNorm: { epsilon: 1e-5 } });
    expect(clip.image.patch.weight.shape).toEqual([768, 3, 32, 32]);
    expect(clip.text).toMatchObject({ contextLength: 77, pooling: { kind: "token", id: 49407 } });
    expect(clip.text.tokenEmbedding.shape).toEqual([49408, 512]);
    expect(clip.text.blocks[11]?.mlp).toMatchObject({
      activation: "quick_gelu",
      input: { weight: { shape: [2048, 512] } },
    });
    const siglip = towers({ model_type: "siglip" });
    expect(siglip.image.postNorm?.norm.epsilon).toBe(1e-6);
    expect(siglip.image.positions.shape).toEqual([196, 768]);
    expect(siglip.text).toMatchObject({ contextLength: 64, causal: false, pooling: { kind: "last" } });
    expect(siglip.text.blocks[11]?.mlp.activation).toBe("gelu_tanh");
  });

  it("pools CLIP's texts at the highest id where the end of text is 2, MetaCLIP 2's at token 2", () => {
    const text_config = { ...TEXT, eos_token_id: 2 };
    expect(towers({ ...CLIP, text_config }).text.pooling).toEqual({ kind: "argmax" });
    expect(towers({ ...CLIP, model_type: "metaclip_2", text_config }).text.pooling).toEqual({ kind: "token", id: 2 });
  });

  it("takes CLIP's older text_config_dict and vision_config_dict in the place of the newer ones, as a whole", () => {
    const config = {
      ...CLIP,
      text_config: { ...TEXT, eos_token_id: 2, hidden_act: "gelu" },
      text_config_dict: TEXT,
      vision_config_dict: { ...VISION, image_size: 64 },
    };
    const { image, text } = towers(config);
    expect(text.pooling).toEqual({ kind: "token", id: 49407 });
    expect(text.blocks[0]?.mlp.activation).toBe("quick_gelu");
    expect(image.imageSize.height).toBe(64);
    expect(towers({ ...CLIP, text_config_dict: null }).text.contextLength).toBe(12);
    expect(towers({ ...SIGLIP, vision_config_dict: { image_size: 64 } }).image.imageSize.height).toBe(36);
  });

  it("refuses unknown options with the field", () => {
    const text = (changes: Config) => () => towers({ ...CLIP, text_config: { ...TEXT, ...changes } });
    const vision = (changes: Config) => () => towers({ ...SIGLIP, vision_config: { ...VISION, ...changes } });
    expect(text({ hidden_act: "relu" })).toThrow(
      /config\.json: text_config\.hidden_act: "relu" is not supported; .*gelu,/,
    );
    expect(text({ num_attention_heads: 5 })).toThrow(
      /text_config: num_attention_heads 5 does not divide hidden_size 32/,
    );
    expect(text({ num_hidden_layers: 1e10 })).toThrow(/text_config: num_hidden_layers: Too big/);
    expect(text({ eos_token_id: [2, 3] })).toThrow(/text_config: eos_token_id: Invalid input/);
    expect(vision({ image_size: [36, 36] })).toThrow(/vision_config: image_size: Invalid input/);
    expect(vision({ num_channels: 1 })).toThrow(/vision_config: num_channels: Invalid input/);
    expect(vision({ vision_use_head: false })).toThrow(/vision_config\.vision_use_head is false/);
    expect(vision({ hidden_size: 64 })).toThrow(/text embeddings have 32 numbers .* images of 64/);
  });

  it("takes the towers or refuses with a message, for any value of a field", () => {
    const content = fc.oneof(
      fc.constantFrom(null, true, "", "gelu", 0, 1, -1, 0.5, 3, 1e9, 1e10, [], {}, [36, 36]),
      fc.jsonValue({ maxDepth: 2 }),
    );
    const keys = ["text_config", "vision_config", "text_config_dict", "projection_dim", ...Object.keys(TEXT)];
    const fields = fc.constantFrom(...keys, "image_size", "patch_size", "hidden_act", "layer_norm_eps", "eos_token_id");
    const part = fc.constantFrom("", "text_config", "vision_config");
    const given = [CLIP, SIGLIP].map((config: Config) => ({ config, weights: weightsOf(shapesOf(config)) }));
    fc.assert(
      fc.property(fc.constantFrom(...given), part, fields, content, ({ config, weights }, where, field, value) => {
        const changed =
          where === "" ? { [field]: value } : { [where]: { ...(config[where] as Config), [field]: value } };
        try {
          const { text } = transformersTowers(takeTensors(weights), { ...config, ...changed }, "config.json");
          expect(text.tokenEmbedding.shape).toEqual([120, 32]);
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      }),
      { numRuns: 2000, seed: 18 },
    );
  });

  it("refuses positions for another image size, with both shapes", () => {
    const name = "vision_model.embeddings.position_embedding.weight";
    expect(() => takeFrom(CLIP, { [name]: [37, 32] })).toThrow(
      `${name} has shape (37, 32), but the architecture expects (17, 32)`,
    );
  });

  it("knows what it does not need: logit scale and bias, position ids of old checkpoints", () => {
    const ids = { "text_model.embeddings.position_ids": [1, 12], "vision_model.embeddings.position_ids": [1, 17] };
    expect(takeFrom(CLIP, { ...ids, logit_scale: [], extra: [3] }).unused).toEqual(["extra"]);
    expect(takeFrom(SIGLIP, { ...ids, logit_scale: [1], logit_bias: [1] }).unused).toEqual([]);
  });

  it("splits the packed matrices of SigLIP's head, queries first", () => {
    const { pooling } = takeFrom(SIGLIP, {}).image;
    if (pooling.kind !== "map") throw new Error(pooling.kind);
    const { query, key, value } = pooling.attention;
    const rows = 32 * 32 * 4;
    expect([query, key, value].map(({ weight }) => weight.shape)).toEqual(Array(3).fill([32, 32]));
    expect([key.weight.offset - query.weight.offset, value.weight.offset - key.weight.offset]).toEqual([rows, rows]);
  });
});
