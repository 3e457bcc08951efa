import { rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { FileContent } from "../../../src/foundation/files/file-content.ts";
import { resolveCheckpoint } from "../../../src/model/checkpoint/resolve-checkpoint.ts";
import { NO_PADDING_FILES } from "../tokenizer/no-padding-files.ts";
import {
  huggingFaceFolder,
  openClipConfig,
  openClipFolder,
  wordTokenizer,
  wordTokenizerConfig,
} from "./tiny-checkpoint.ts";

async function settings(folder: string) {
  const { textSettings, notes } = await resolveCheckpoint(folder);
  if (textSettings === null) throw new Error("no text tower");
  return { ...textSettings, source: withPaths(textSettings.source), notes };
}

/** The same with paths of files instead of their content. */
function withPaths(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if ("bytes" in value) return (value as unknown as FileContent).path;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withPaths(inner)]));
}

/** An open_clip folder whose text_cfg has these fields. */
function withText(textCfg: object, files: Record<string, string> = {}, vocabulary = 49_408): string {
  const config = { ...openClipConfig, model_cfg: { ...openClipConfig.model_cfg, text_cfg: textCfg } };
  return openClipFolder({ config, files, text: { vocabulary } });
}

/** Files that are searched for the padding token; absolute paths. */
const paddingFiles = (
  folder: string,
  files: Partial<Record<"config" | "specialTokens" | "addedTokens", string>> = {},
) => ({
  ...NO_PADDING_FILES,
  ...Object.fromEntries(Object.entries(files).map(([key, file]) => [key, join(folder, file)])),
});

const zeroOf = (file: string) => ({ rule: "fixed", id: 0, source: `${file}: open_clip's own tokenizer` });

const shippedNote = "no tokenizer in the folder: CLIP's vocabulary (49,408 tokens) with open_clip's cleaning is used";

describe("the tokenizer of open_clip layouts", () => {
  it("is the shipped CLIP vocabulary if they have no tokenizer and 49,408 tokens, with a note", async () => {
    const { source, notes, contextLength, contextSource } = await settings(openClipFolder());
    expect(source).toEqual({
      tokenizerJson: null,
      cleaning: "open_clip",
      encoding: "open_clip",
      padding: zeroOf("open_clip_config.json"),
    });
    expect(notes).toEqual([shippedNote]);
    expect([contextLength, contextSource]).toEqual([77, "open_clip_config.json"]);
  });

  it("reads the vocabulary's size from the graph's token embedding if no config states it", async () => {
    const { notes } = await settings(withText({ context_length: 77 }));
    expect(notes).toEqual([shippedNote]);
  });

  it("refuses another vocabulary without a tokenizer, with its size and the tokenizer's name", async () => {
    await expect(settings(withText({ vocab_size: 32_000, hf_tokenizer_name: "timm/ViT-B-16-SigLIP" }))).rejects.toThrow(
      /no tokenizer.json, and its vocabulary has 32000 tokens, not the 49408 of shiftline's CLIP tokenizer; put its tokenizer.json \(timm\/ViT-B-16-SigLIP\)/,
    );
    await expect(settings(withText({}, {}, 100))).rejects.toThrow(/its vocabulary has 100 tokens/);
  });

  it("is their tokenizer.json after open_clip's cleaning, padded with 0 as open_clip pads CLIP's", async () => {
    const folder = withText({ vocab_size: 100 }, { "tokenizer.json": wordTokenizer() }, 100);
    const { source, notes } = await settings(folder);
    expect(source).toEqual({
      tokenizerJson: join(folder, "tokenizer.json"),
      cleaning: "open_clip",
      encoding: "open_clip",
      padding: zeroOf("open_clip_config.json"),
    });
    expect(notes).toEqual(["open_clip_config.json states no context length: open_clip's 77 is used"]);
  });

  it("keeps the padding token of tokenizers that open_clip takes from Hugging Face, and canonicalizes for SigLIP", async () => {
    const files = { "textual/tokenizer.json": wordTokenizer(), "textual/special_tokens_map.json": wordTokenizerConfig };
    const textCfg = {
      context_length: 64,
      vocab_size: 100,
      hf_tokenizer_name: "timm/ViT-B-16-SigLIP",
      tokenizer_kwargs: { clean: "canonicalize" },
    };
    const folder = withText(textCfg, files, 100);
    const { source, contextLength } = await settings(folder);
    expect(source).toEqual({
      tokenizerJson: join(folder, "textual/tokenizer.json"),
      cleaning: "canonicalize",
      encoding: "file",
      padding: {
        rule: "tokenizer",
        files: paddingFiles(folder, { specialTokens: "textual/special_tokens_map.json" }),
      },
    });
    expect(contextLength).toBe(64);
  });

  it.each([
    [{ tokenizer_kwargs: { strip_sep_token: true } }, /not supported: strip_sep_token true/],
    [{ hf_tokenizer_name: "bert", tokenizer_mode: "clips" }, /not supported: tokenizer_mode "clips"/],
    [{ hf_tokenizer_name: "bert", tokenizer_kwargs: { clean: "lower" } }, /not supported: clean "lower"/],
    [{ tokenizer_kwargs: { clean: "whitespace" } }, /not supported: clean "whitespace"/],
    [{ tokenizer_kwargs: { reduction_mask: "random" } }, /not supported: reduction_mask "random"/],
  ])("refuses unsupported options by name: %j", async (textCfg, message) => {
    await expect(settings(withText(textCfg, { "tokenizer.json": wordTokenizer() }))).rejects.toThrow(message);
  });

  it.each([
    [{ tokenizer_kwargs: { clean: "lower" } }],
    [{ hf_tokenizer_name: "xlm-roberta-base", tokenizer_kwargs: { clean: "whitespace" } }],
  ])("accepts options equal to open_clip's defaults: %j", async (textCfg) => {
    const { source } = await settings(withText(textCfg, { "tokenizer.json": wordTokenizer() }));
    expect(source).toMatchObject({ cleaning: "open_clip" });
  });
});

describe("the tokenizer of Hugging Face layouts", () => {
  it("is their unmodified tokenizer.json", async () => {
    const folder = huggingFaceFolder();
    const { source, contextLength, contextSource, notes } = await settings(folder);
    expect(source).toEqual({
      tokenizerJson: join(folder, "tokenizer.json"),
      cleaning: "none",
      encoding: "open_clip",
      padding: { rule: "vocabulary", files: paddingFiles(folder, { config: "tokenizer_config.json" }) },
    });
    expect([contextLength, contextSource, notes]).toEqual([24, "tokenizer_config.json", []]);
  });

  it("must exist", async () => {
    const folder = huggingFaceFolder();
    rmSync(join(folder, "tokenizer.json"));
    await expect(settings(folder)).rejects.toThrow(
      /expected tokenizer.json, or vocab.json with merges.txt; save the checkpoint's tokenizer into the folder/,
    );
  });

  it("must not have more tokens than the graph's token embedding has rows", async () => {
    const { openCheckpoint } = await import("../../../src/model/checkpoint/open-checkpoint.ts");
    await expect(openCheckpoint(huggingFaceFolder({ text: { vocabulary: 60 } }))).rejects.toThrow(
      /the tokenizer has 100 tokens, but the token embedding of onnx\/model.onnx has only 60/,
    );
  });
});

describe("the context length", () => {
  it("is the token axis if that is fixed, with a note if a file differs", async () => {
    const { contextLength, contextSource, notes } = await settings(huggingFaceFolder({ text: { length: 16 } }));
    expect(contextLength).toBe(16);
    expect(contextSource).toBe("the fixed token axis of onnx/model.onnx");
    expect(notes).toEqual(["context length 16 from the graph; tokenizer_config.json states 24"]);
  });

  it("is config.json's max_position_embeddings if tokenizer_config.json has no limit", async () => {
    const files = {
      "tokenizer_config.json": JSON.stringify({ model_max_length: 1e30 }),
      "config.json": JSON.stringify({ model_type: "clip", text_config: { max_position_embeddings: 32 } }),
    };
    const { contextLength, contextSource } = await settings(huggingFaceFolder({ files }));
    expect([contextLength, contextSource]).toEqual([32, "config.json"]);
  });

  it.each([-5, 0, 0.5, 76.5])("is refused if it is invalid: model_max_length %d", async (model_max_length) => {
    const files = { "tokenizer_config.json": JSON.stringify({ model_max_length }) };
    await expect(settings(huggingFaceFolder({ files }))).rejects.toThrow(
      `tokenizer_config.json: model_max_length: expected a positive integer, got ${model_max_length}`,
    );
  });

  it("is refused immediately if it would exhaust memory, from any file", async () => {
    const begun = performance.now();
    const huggingFace = {
      "tokenizer_config.json": "{}",
      "config.json": JSON.stringify({ model_type: "clip", text_config: { max_position_embeddings: 1e9 } }),
    };
    const expected = (file: string) => `${file}: a context of 1000000000 tokens, the maximum is 32768`;
    await expect(settings(huggingFaceFolder({ files: huggingFace }))).rejects.toThrow(expected("config.json"));
    const config = { model_cfg: { vision_cfg: { image_size: 8 }, text_cfg: { context_length: 1e9 } } };
    await expect(settings(openClipFolder({ config }))).rejects.toThrow(expected("open_clip_config.json"));
    expect(performance.now() - begun).toBeLessThan(5000);
  });

  it("does not matter if the graph's is fixed", async () => {
    const files = {
      "tokenizer_config.json": "{}",
      "config.json": JSON.stringify({ model_type: "clip", text_config: { max_position_embeddings: 1e9 } }),
    };
    const { contextLength } = await settings(huggingFaceFolder({ files, text: { length: 16 } }));
    expect(contextLength).toBe(16);
  });

  it("is 77 for CLIP's vocabulary if no file states it, with a note, and required otherwise", async () => {
    const files = { "tokenizer_config.json": "{}" };
    const { contextLength, notes } = await settings(huggingFaceFolder({ files, text: { vocabulary: 49_408 } }));
    expect(contextLength).toBe(77);
    expect(notes).toEqual(["no file states the context length: 77, that of CLIP's vocabulary, is used"]);
    await expect(settings(huggingFaceFolder({ files }))).rejects.toThrow(
      /no file states how many tokens onnx\/model.onnx takes; put contextLength into a shiftline.json/,
    );
  });
});

describe("the tokenizer of a shiftline.json", () => {
  const base = {
    vision: { file: "visual.onnx" },
    text: { file: "textual.onnx" },
    size: 8,
    mean: [0, 0, 0],
    std: [1, 1, 1],
  };
  const folder = (json: object, files: Record<string, string> = {}, text = {}) =>
    openClipFolder({ text, config: {}, files: { ...files, "shiftline.json": JSON.stringify({ ...base, ...json }) } });

  it("is the file it names, with its cleaning, padding and context length", async () => {
    const json = { tokenizer: "words.json", cleaning: "canonicalize", padId: 7, contextLength: 20 };
    const root = folder(json, { "words.json": wordTokenizer() }, { vocabulary: 100 });
    const { source, contextLength } = await settings(root);
    expect(source).toEqual({
      tokenizerJson: join(root, "words.json"),
      cleaning: "canonicalize",
      encoding: "open_clip",
      padding: { rule: "fixed", id: 7, source: "shiftline.json: padId" },
    });
    expect(contextLength).toBe(20);
  });

  it("is an unmodified tokenizer.json in its folder, or the shipped CLIP vocabulary with open_clip's cleaning", async () => {
    const folderSettings = await settings(
      folder({ contextLength: 9 }, { "tokenizer.json": wordTokenizer() }, { vocabulary: 100 }),
    );
    expect(folderSettings.source).toMatchObject({ cleaning: "none", padding: { rule: "vocabulary" } });
    const shipped = await settings(folder({}));
    const padding = { rule: "vocabulary", files: NO_PADDING_FILES };
    expect(shipped.source).toEqual({ tokenizerJson: null, cleaning: "open_clip", encoding: "open_clip", padding });
    expect(shipped.notes[0]).toBe(shippedNote);
  });

  it("must not contradict a fixed token axis", async () => {
    await expect(settings(folder({ contextLength: 20 }, {}, { length: 77 }))).rejects.toThrow(
      /shiftline.json: contextLength 20, but textual.onnx takes 77 tokens/,
    );
  });
});
