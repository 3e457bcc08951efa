import type { PaddingFiles } from "../../../src/model/tokenizer/padding-token.ts";

/** The files of a tokenizer.json alone: no other file names a padding token. */
export const NO_PADDING_FILES: PaddingFiles = {
  config: null,
  specialTokens: null,
  addedTokens: null,
  defaultClass: null,
};
