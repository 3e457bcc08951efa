import { temporaryFolder, writeTree } from "../../helpers.ts";
import { type BothOutputs, type TinyText, type TinyVision, tinyBoth, tinyText, tinyVision } from "./tiny-towers.ts";

/**
 * Complete checkpoints with the tiny towers, each in the given folder or in a temporary one that is removed when the test ends.
 */

type Files = Record<string, string | Uint8Array>;

/** An open_clip_config.json for the tiny towers: 8 pixels, CLIP's vocabulary. */
export const openClipConfig = {
  model_cfg: {
    embed_dim: 4,
    vision_cfg: { image_size: 8 },
    text_cfg: { context_length: 77, vocab_size: 49_408 },
  },
  preprocess_cfg: { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
};

export const clipProcessor = { image_processor_type: "CLIPImageProcessor", size: 8, crop_size: 8 };

/** A tokenizer.json of 100 words, "<pad>" 0 and "</s>" 99: small enough for a Hugging Face checkpoint of a test. */
export function wordTokenizer(): string {
  const words =
    "a photo of dog cat the big red and old diagram two dogs b c 1 2 , chesapeake bay retriever sleeping on an upholstered armchair";
  const known: [string, number][] = words.split(" ").map((word, i) => [word, i + 2]);
  const vocab = Object.fromEntries([["<pad>", 0], ["<unk>", 1], ...known, ["</s>", 99]]);
  const special = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
  return JSON.stringify({
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: [
      { id: 0, content: "<pad>", ...special },
      { id: 1, content: "<unk>", ...special },
      { id: 99, content: "</s>", ...special },
    ],
    normalizer: { type: "Lowercase" },
    pre_tokenizer: { type: "Whitespace" },
    post_processor: {
      type: "TemplateProcessing",
      single: [{ Sequence: { id: "A", type_id: 0 } }, { SpecialToken: { id: "</s>", type_id: 0 } }],
      pair: [{ Sequence: { id: "A", type_id: 0 } }, { Sequence: { id: "B", type_id: 1 } }],
      special_tokens: { "</s>": { id: "</s>", ids: [99], tokens: ["</s>"] } },
    },
    decoder: null,
    model: { type: "WordLevel", vocab, unk_token: "<unk>" },
  });
}

export const wordTokenizerConfig = JSON.stringify({ pad_token: "<pad>", eos_token: "</s>", model_max_length: 24 });

/** visual.onnx and textual.onnx with an open_clip_config.json, tokenized with CLIP's vocabulary. */
export function openClipFolder(
  options: { vision?: Partial<TinyVision>; text?: Partial<TinyText>; config?: object; files?: Files } = {},
  folder = temporaryFolder(),
): string {
  return writeTree(folder, {
    "visual.onnx": tinyVision(options.vision),
    "textual.onnx": tinyText(options.text),
    "open_clip_config.json": JSON.stringify(options.config ?? openClipConfig),
    ...options.files,
  });
}

const smallText: Partial<TinyText> = {
  input: "input_ids",
  output: "text_embeds",
  vocabulary: 100,
  endOfText: 99,
};

/** onnx/model.onnx, or the two towers, with preprocessor_config.json and a small tokenizer.json. */
export function huggingFaceFolder(
  options: {
    vision?: Partial<TinyVision>;
    text?: Partial<TinyText>;
    tie?: boolean;
    split?: boolean;
    files?: Files;
  } & BothOutputs = {},
  folder = temporaryFolder(),
): string {
  const text = { ...smallText, ...options.text };
  const vision = { input: "pixel_values", output: "image_embeds", ...options.vision };
  return writeTree(folder, {
    ...(options.split
      ? { "onnx/vision_model.onnx": tinyVision(vision), "onnx/text_model.onnx": tinyText(text) }
      : { "onnx/model.onnx": tinyBoth({ ...options, vision, text, tie: options.tie ?? false }) }),
    "preprocessor_config.json": JSON.stringify(clipProcessor),
    "tokenizer.json": wordTokenizer(),
    "tokenizer_config.json": wordTokenizerConfig,
    ...options.files,
  });
}
