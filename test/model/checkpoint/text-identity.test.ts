import { renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { formatCheckpointInspection } from "../../../src/app/cli/inspect-command.ts";
import { inspectCheckpoint } from "../../../src/app/inspection/inspect-checkpoint.ts";
import { openCheckpoint } from "../../../src/model/checkpoint/open-checkpoint.ts";
import { clipTokenizerJson } from "../../../src/model/tokenizer/clip-tokenizer-json.ts";
import {
  huggingFaceFolder,
  openClipConfig,
  openClipFolder,
  wordTokenizer,
  wordTokenizerConfig,
} from "./tiny-checkpoint.ts";

/** The files of an open_clip folder under Hugging Face's names. */
function renamed(folder: string): string {
  renameSync(join(folder, "visual.onnx"), join(folder, "vision_model.onnx"));
  renameSync(join(folder, "textual.onnx"), join(folder, "text_model.onnx"));
  return folder;
}

const ofHuggingFace = {
  context_length: 24,
  vocab_size: 100,
  hf_tokenizer_name: "timm/ViT-B-16-SigLIP",
  tokenizer_kwargs: { clean: "canonicalize" },
};

/** An open_clip folder with a word tokenizer and these text settings. */
function wordFolder(textCfg: object | null, text: object = {}): string {
  const { text_cfg: _, ...model } = openClipConfig.model_cfg;
  const config = { ...openClipConfig, model_cfg: textCfg === null ? model : { ...model, text_cfg: textCfg } };
  const files = { "tokenizer.json": wordTokenizer(), "tokenizer_config.json": wordTokenizerConfig };
  return openClipFolder({ config, files, text: { vocabulary: 100, endOfText: 99, ...text } });
}

describe("a checkpoint's text identity", () => {
  it("differs if the same files under other names imply another tokenization, but the fingerprint does not", async () => {
    const [named, renamedCheckpoint] = [
      await openCheckpoint(wordFolder(null)),
      await openCheckpoint(renamed(wordFolder(null))),
    ];
    expect(named.fingerprint).toBe(renamedCheckpoint.fingerprint);
    expect([named.text?.cleaning, renamedCheckpoint.text?.cleaning]).toEqual(["open_clip", "none"]);
    expect(named.text?.sha256).not.toBe(renamedCheckpoint.text?.sha256);
  });

  it("is the same for other file names if open_clip's configuration decides", async () => {
    const [named, unnamed] = await Promise.all(
      [wordFolder(ofHuggingFace), renamed(wordFolder(ofHuggingFace))].map((folder) => openCheckpoint(folder)),
    );
    expect(unnamed?.text).toEqual(named?.text);
    expect(unnamed?.text).toMatchObject({
      cleaning: "canonicalize",
      cleaningSource: "open_clip_config.json",
      padId: 0,
    });
    expect(unnamed?.notes).toContain(
      "texts are cleaned and padded as open_clip_config.json states: training used open_clip",
    );
  });

  it("changes with everything that determines token ids: tokenizer, encoding, cleaning, context length, padding, its attention", async () => {
    const shiftline = (json: object, tokenizer = wordTokenizer()) =>
      openClipFolder({
        text: { vocabulary: 100, endOfText: 99 },
        config: {},
        files: {
          "tokenizer.json": tokenizer,
          "shiftline.json": JSON.stringify({
            ...{ vision: { file: "visual.onnx" }, text: { file: "textual.onnx" }, size: 8 },
            ...{ mean: [0, 0, 0], std: [1, 1, 1], contextLength: 24, cleaning: "none", padId: 0, ...json },
          }),
        },
      });
    const folders = [
      shiftline({}),
      shiftline({ cleaning: "open_clip" }),
      shiftline({ cleaning: "canonicalize" }),
      shiftline({ contextLength: 20 }),
      shiftline({ padId: 1 }),
      shiftline({}, wordTokenizer().replace("armchair", "sofa")),
    ];
    const hashes = await Promise.all(folders.map(async (folder) => (await openCheckpoint(folder)).text?.sha256));
    expect(new Set(hashes).size).toBe(folders.length);
    expect((await openCheckpoint(shiftline({}))).text?.sha256).toBe(hashes[0]);
    const siglip = { "config.json": JSON.stringify({ model_type: "siglip" }) };
    const attended = await openCheckpoint(huggingFaceFolder({ files: siglip }));
    const masked = await openCheckpoint(huggingFaceFolder());
    expect([attended.text?.attendPadding, masked.text?.attendPadding]).toEqual([true, false]);
    expect(attended.text?.sha256).not.toBe(masked.text?.sha256);
  });

  it("is null without a text tower", async () => {
    const folder = openClipFolder();
    rmSync(join(folder, "textual.onnx"));
    expect((await openCheckpoint(join(folder, "visual.onnx"))).text).toBeNull();
  });
});

describe("open_clip's configuration under Hugging Face's file names", () => {
  it.each([
    [
      { ...ofHuggingFace, tokenizer_kwargs: { strip_sep_token: true } },
      /open_clip's configuration requires strip_sep_token, but no file names its sep_token/,
    ],
    [{ ...ofHuggingFace, tokenizer_mode: "clips" }, /not supported: tokenizer_mode "clips"/],
  ])("is refused with the name of an unsupported option: %j", async (textCfg, message) => {
    await expect(openCheckpoint(renamed(wordFolder(textCfg)))).rejects.toThrow(message);
  });

  it("determines the context length, before the tokenizer", async () => {
    const { text } = await openCheckpoint(renamed(wordFolder({ ...ofHuggingFace, context_length: 17 })));
    expect(text).toMatchObject({ contextLength: 17, contextSource: "open_clip_config.json" });
  });

  it("implies the shipped CLIP vocabulary if the folder has no tokenizer", async () => {
    const { text, tokenizer } = await openCheckpoint(renamed(openClipFolder()));
    expect(text).toMatchObject({ cleaning: "open_clip", padId: 0, encoding: "open_clip", contextLength: 77 });
    expect([...(tokenizer?.encode("a dog &amp; a cat", 77) ?? [])]).toEqual([
      49_406, 320, 1929, 261, 320, 2368, 49_407,
    ]);
  });

  it("pads CLIP's vocabulary with the tokenizer's padding token if it names a Hugging Face tokenizer", async () => {
    const textCfg = { context_length: 77, vocab_size: 49_408, hf_tokenizer_name: "openai/clip-vit-base-patch32" };
    const config = { ...openClipConfig, model_cfg: { ...openClipConfig.model_cfg, text_cfg: textCfg } };
    const files = {
      "tokenizer.json": JSON.stringify(clipTokenizerJson()),
      "tokenizer_config.json": JSON.stringify({ pad_token: "<|endoftext|>" }),
    };
    const { text } = await openCheckpoint(openClipFolder({ config, files }));
    expect(text).toMatchObject({ padId: 49_407, encoding: "tokenizer.json", cleaning: "open_clip" });
  });

  it("causes a warning if its preprocessing differs from preprocessor_config.json, which is used", async () => {
    const processor = {
      image_processor_type: "CLIPImageProcessor",
      size: 8,
      crop_size: 8,
      image_mean: [0.5, 0.5, 0.5],
    };
    const withProcessor = (json: object) =>
      huggingFaceFolder({
        split: true,
        files: {
          "preprocessor_config.json": JSON.stringify(json),
          "open_clip_config.json": JSON.stringify({
            model_cfg: { vision_cfg: { image_size: 8 }, text_cfg: ofHuggingFace },
            preprocess_cfg: { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
          }),
        },
      });
    const agreeing = await openCheckpoint(withProcessor({ ...processor, image_std: [0.5, 0.5, 0.5] }));
    expect(agreeing.warnings).toEqual([]);
    const differing = await openCheckpoint(withProcessor({ ...processor, image_std: [0.3, 0.5, 0.5], resample: 2 }));
    expect(differing.warnings).toEqual([
      "preprocessor_config.json and open_clip_config.json specify different preprocessing (interpolation bilinear and bicubic; std [0.3,0.5,0.5] and [0.5,0.5,0.5]): preprocessor_config.json is used",
    ]);
    expect(differing.preprocessing.std).toEqual([0.3, 0.5, 0.5]);
  });
});

describe("padding that embeddings depend on", () => {
  const clip = (text: object, files: Record<string, string> = {}) =>
    huggingFaceFolder({
      split: true,
      text: { vocabulary: 49_408, endOfText: 49_407, ...text },
      files: {
        "tokenizer.json": JSON.stringify(clipTokenizerJson()),
        "tokenizer_config.json": JSON.stringify({ pad_token: "<|endoftext|>", model_max_length: 77 }),
        ...files,
      },
    });
  const openClip = { "open_clip_config.json": JSON.stringify({ model_cfg: { text_cfg: { vocab_size: 49_408 } } }) };

  it("is 0 in CLIP towers without a causal mask (MobileCLIP), reported, with a warning because no file states it", async () => {
    const inspection = await inspectCheckpoint(clip({ pooling: "mean" }));
    expect(inspection.textIdentity).toMatchObject({ padId: 0, isPaddingExplicit: false });
    expect(inspection.paddingTakesPart).toBe(true);
    expect(inspection.warnings).toEqual([
      expect.stringMatching(/^text embeddings depend on the padding id, .* 0 is used/),
    ]);
    const printed = formatCheckpointInspection(inspection);
    expect(printed).toMatch(
      /^padding +id 0 \(the rule for CLIP's vocabulary of 49,408 tokens\), affects the embeddings$/m,
    );
    expect(printed).toMatch(/^warning: text embeddings depend on the padding id/m);
  });

  it("causes no warning if it has no effect, or a file states it", async () => {
    const causal = await inspectCheckpoint(clip({}));
    expect([causal.paddingTakesPart, causal.warnings]).toEqual([false, []]);
    const said = await inspectCheckpoint(clip({ pooling: "mean" }, openClip));
    expect(said.textIdentity).toMatchObject({
      padId: 0,
      padSource: "open_clip_config.json: open_clip's own tokenizer",
    });
    expect([said.paddingTakesPart, said.warnings]).toEqual([true, []]);
    const words = await inspectCheckpoint(huggingFaceFolder({ text: { pooling: "mean" } }));
    expect(words.textIdentity).toMatchObject({ padId: 0, padSource: 'tokenizer_config.json: pad_token "<pad>"' });
    expect([words.paddingTakesPart, words.warnings]).toEqual([true, []]);
  });

  it("is the tokenizer's padding token in other vocabularies", async () => {
    const files = { "tokenizer_config.json": JSON.stringify({ pad_token: "</s>", model_max_length: 24 }) };
    const { text } = await openCheckpoint(huggingFaceFolder({ text: { pooling: "mean" }, files }));
    expect(text).toMatchObject({ padId: 99, isPaddingExplicit: true });
  });
});
