import { fixText } from "./fix-text.ts";
import { unescapeHtml } from "./html-entities.ts";

/**
 * How open_clip cleans a caption before tokenization. Equal to open_clip except for ftfy's repair of text that was decoded in the
 * wrong encoding (see `fixText`), and for characters newer than the Unicode tables of Node or Python.
 *
 * - `lower`: fixed, HTML references replaced, white space collapsed, lower case. For CLIP's tokenizer.
 * - `whitespace`: the same without lower case. For tokenizers that open_clip takes from Hugging Face.
 * - `canonicalize`: fixed, HTML references replaced, "_" to space, ASCII punctuation dropped, lower case, white space collapsed.
 *   For SigLIP.
 *
 * Source: open_clip 3.3.0 src/open_clip/tokenizer.py, `_clean_lower`, `_clean_whitespace`, `_clean_canonicalize`
 */
export type CaptionCleaning = "lower" | "whitespace" | "canonicalize";

/** Cleans a caption for a tokenizer. Never throws. */
export function cleanCaption(caption: string, cleaning: CaptionCleaning): string {
  const text = collapseWhiteSpace(unescapeHtml(unescapeHtml(fixText(caption))));
  if (cleaning === "whitespace") return text;
  if (cleaning === "lower") return text.toLowerCase();
  return collapseWhiteSpace(text.replaceAll("_", " ").replace(ASCII_PUNCTUATION, "").toLowerCase());
}

/** Python's string.punctuation without "_", which has become a space. */
const ASCII_PUNCTUATION = /[!-/:-@[-`{-~]/g;

/** Replaces runs of Python's white space by one space and trims the ends: `" ".join(text.split())`. */
function collapseWhiteSpace(text: string): string {
  return text.replace(WHITE_SPACE_RUN, " ").replace(/^ | $/g, "");
}

// Python's str.isspace: Unicode's White_Space and the four ASCII separators; not U+FEFF, which JavaScript's \s includes.
// biome-ignore lint/suspicious/noControlCharactersInRegex: matches these characters on purpose
const WHITE_SPACE_RUN = /[\x1c-\x1f\p{White_Space}]+/gu;
