import type { PaddingFiles } from "../../../src/model/tokenizer/padding-token.ts";

/** A tokenizer.json alone: no file beside it names a padding token. */
export const NO_PADDING_FILES: PaddingFiles = {
  config: null,
  specialTokens: null,
  addedTokens: null,
  defaultClass: null,
};
