import { CLIP_END_OF_TEXT, CLIP_START_OF_TEXT, clipBytePairs } from "./clip-byte-pairs.ts";

/**
 * Creates CLIP's tokenizer as a Hugging Face tokenizer.json from the vocabulary that ships with the package, as transformers'
 * CLIPTokenizer saves it. It cleans less than open_clip, and its special tokens have other names.
 *
 * Source: transformers 5.18 models/clip/tokenization_clip.py (behavior)
 */
export function clipTokenizerJson(): Record<string, unknown> {
  const { merges, vocabulary } = clipBytePairs();
  const ids = new Map(vocabulary);
  ids.set(START, CLIP_START_OF_TEXT);
  ids.set(END, CLIP_END_OF_TEXT);
  const special = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
  const words = "<\\|startoftext\\|>|<\\|endoftext\\|>|'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+";
  const byteLevel = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true };
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: [
      { id: CLIP_START_OF_TEXT, content: START, ...special },
      { id: CLIP_END_OF_TEXT, content: END, ...special },
    ],
    normalizer: {
      type: "Sequence",
      normalizers: [
        { type: "NFC" },
        { type: "Replace", pattern: { Regex: "\\s+" }, content: " " },
        { type: "Lowercase" },
      ],
    },
    pre_tokenizer: {
      type: "Sequence",
      pretokenizers: [{ type: "Split", pattern: { Regex: words }, behavior: "Removed", invert: true }, byteLevel],
    },
    post_processor: {
      type: "RobertaProcessing",
      sep: [END, CLIP_END_OF_TEXT],
      cls: [START, CLIP_START_OF_TEXT],
      trim_offsets: false,
      add_prefix_space: false,
    },
    decoder: { ...byteLevel, add_prefix_space: true },
    model: {
      type: "BPE",
      dropout: null,
      unk_token: END,
      continuing_subword_prefix: "",
      end_of_word_suffix: "</w>",
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: Object.fromEntries(ids),
      merges,
    },
  };
}

const START = "<|startoftext|>";
const END = "<|endoftext|>";
