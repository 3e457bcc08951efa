import { fixText } from "./fix-text.ts";
import { unescapeHtml } from "./html-entities.ts";

/**
 * How open_clip cleans a caption before its tokenizer sees it. Equal to open_clip but for ftfy's repair of text that
 * was decoded in the wrong encoding (see `fixText`), and for characters newer than the Unicode tables of Node or Python.
 *
 * - `lower`: mended, HTML references replaced, white space collapsed, small letters. CLIP's own tokenizer.
 * - `whitespace`: the same without small letters. Tokenizers that open_clip takes from Hugging Face.
 * - `canonicalize`: mended, HTML references replaced, "_" to space, ASCII punctuation dropped, small letters, white
 *   space collapsed. SigLIP.
 *
 * Source: open_clip 3.3.0 src/open_clip/tokenizer.py, `_clean_lower`, `_clean_whitespace`, `_clean_canonicalize`
 */
export type CaptionCleaning = "lower" | "whitespace" | "canonicalize";

/** The caption cleaned for a tokenizer. Never throws. */
export function cleanCaption(caption: string, cleaning: CaptionCleaning): string {
  const text = collapseWhiteSpace(unescapeHtml(unescapeHtml(fixText(caption))));
  if (cleaning === "whitespace") return text;
  if (cleaning === "lower") return text.toLowerCase();
  return collapseWhiteSpace(text.replaceAll("_", " ").replace(ASCII_PUNCTUATION, "").toLowerCase());
}

/** Python's string.punctuation without "_", which has become a space. */
const ASCII_PUNCTUATION = /[!-/:-@[-`{-~]/g;

/** Runs of what Python calls white space as one space each, none at the ends: `" ".join(text.split())`. */
function collapseWhiteSpace(text: string): string {
  return text.replace(WHITE_SPACE_RUN, " ").replace(/^ | $/g, "");
}

// Python's str.isspace: Unicode's White_Space and the four ASCII separators; not U+FEFF, which JavaScript's \s counts in.
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const WHITE_SPACE_RUN = /[\x1c-\x1f\p{White_Space}]+/gu;
