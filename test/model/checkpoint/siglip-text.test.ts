import { beforeAll, describe, expect, it } from "vitest";
import { openCheckpoint } from "../../../src/model/checkpoint/open-checkpoint.ts";
import { readFixture } from "../../fixtures/tokens/read-fixture.ts";
import { huggingFaceFolder } from "./tiny-checkpoint.ts";

interface Kind {
  readonly padId: number;
  readonly "tokenizer.json": { readonly model: { readonly vocab: object } };
  readonly ids: readonly (readonly number[])[];
}

/** Ids of odd captions by open_clip 3.3.0 (`clean="canonicalize"`) and transformers 5.18.0, of 64 tokens at most. */
interface Kinds {
  readonly charsmap: string;
  readonly captions: readonly string[];
  readonly kinds: Readonly<Record<"siglip2" | "siglip" | "siglip-hugging-face", Kind>>;
}

let kinds: Kinds;
beforeAll(() => {
  kinds = readFixture("tokenizer-kinds.json.gz") as Kinds;
});

/** Towers like exports of SigLIP from transformers: `pooler_output`, padding attended; with these files. */
function siglipFolder(kind: Kind, config: object, files: Record<string, object>): string {
  const tokenizer = JSON.stringify(kind["tokenizer.json"]).replaceAll('"charsmap"', JSON.stringify(kinds.charsmap));
  const configFiles = Object.entries(files).map(([name, content]) => [name, JSON.stringify(content)]);
  return huggingFaceFolder({
    split: true,
    vision: { output: "pooler_output" },
    text: { output: "pooler_output", pooling: "mean", vocabulary: 2000 },
    files: { "config.json": JSON.stringify(config), "tokenizer.json": tokenizer, ...Object.fromEntries(configFiles) },
  });
}

const noLimit = 1e30; // how transformers writes "no model_max_length"
const gemma = { tokenizer_class: "GemmaTokenizer", pad_token: "<pad>", model_max_length: noLimit };
const plain = { tokenizer_class: "PreTrainedTokenizerFast", pad_token: "<pad>", model_max_length: noLimit };

describe("SigLIP 2 as published", () => {
  it.each([
    ["fixed resolution: model type siglip, Gemma's tokenizer", { model_type: "siglip", text_config: {} }, gemma],
    ["SigLIP 2's model type", { model_type: "siglip2", text_config: { model_type: "siglip2_text_model" } }, plain],
    ["the towers' model types", { model_type: "siglip", vision_config: { model_type: "siglip2_vision_model" } }, plain],
    ["Gemma's vocabulary", { model_type: "siglip", text_config: { vocab_size: 256_000 } }, plain],
    ["only a byte-pair tokenizer", { model_type: "siglip" }, plain],
  ])("has 64 tokens, canonicalized as open_clip does (%s)", async (_, config, tokenizerConfig) => {
    const kind = kinds.kinds.siglip2;
    const checkpoint = await openCheckpoint(siglipFolder(kind, config, { "tokenizer_config.json": tokenizerConfig }));
    expect(checkpoint.text).toMatchObject({ contextLength: 64, cleaning: "canonicalize", padId: kind.padId });
    expect(checkpoint.notes).toContain("config.json states no context length: SigLIP's 64 is used");
    expect(checkpoint.warnings).toEqual([]);
    const ids = kinds.captions.map((caption) => [...(checkpoint.tokenizer?.encode(caption, 64) ?? [])]);
    expect(ids).toEqual(kind.ids);
  });

  it("has at most 64 tokens even if its tokenizer allows more", async () => {
    const files = { "tokenizer_config.json": { ...gemma, model_max_length: 8192 } };
    const checkpoint = await openCheckpoint(siglipFolder(kinds.kinds.siglip2, { model_type: "siglip2" }, files));
    expect(checkpoint.text).toMatchObject({ contextLength: 64, contextSource: "SigLIP's default" });
    expect(checkpoint.notes).toContain("context length 64 from SigLIP's default; tokenizer_config.json states 8192");
  });
});

describe("SigLIP", () => {
  const config = { model_type: "siglip", text_config: { max_position_embeddings: 64 } };

  it("is tokenized by its unmodified tokenizer.json, which canonicalizes", async () => {
    const kind = kinds.kinds["siglip-hugging-face"];
    const files = { "tokenizer_config.json": { pad_token: "</s>", model_max_length: 64 } };
    const checkpoint = await openCheckpoint(siglipFolder(kind, config, files));
    expect(checkpoint.text).toMatchObject({ contextLength: 64, cleaning: "none", padId: 1 });
    expect(checkpoint.warnings).toEqual([]);
    const ids = kinds.captions.map((caption) => [...(checkpoint.tokenizer?.encode(caption, 64) ?? [])]);
    expect(ids).toEqual(kind.ids);
  });

  it("has a warning if its tokenizer.json does not, and is padded with </s> if no file names the padding", async () => {
    const files = { "tokenizer_config.json": { model_max_length: 64 } };
    const checkpoint = await openCheckpoint(siglipFolder(kinds.kinds.siglip, config, files));
    expect(checkpoint.text).toMatchObject({
      cleaning: "none",
      padId: 1,
      padSource: '"</s>", the default of SiglipTokenizer',
    });
    expect(checkpoint.warnings).toEqual([
      expect.stringMatching(/^its tokenizer.json keeps case or punctuation, but SigLIP was trained without/),
    ]);
  });
});
