import { z } from "zod";
import { InputError } from "../../foundation/errors.ts";
import { jsonAs } from "../../foundation/files/file-content.ts";
import type { PaddingFiles } from "./padding-token.ts";
import { TOKEN_NAME } from "./token-name.ts";

const CONFIG = z.looseObject({
  sep_token: TOKEN_NAME.nullish(),
  tokenizer_class: z.string().nullish(),
  added_tokens_decoder: z.record(z.string(), z.unknown()).nullish(),
});

/** Default separator tokens of transformers 5.18's tokenizer classes. */
const CLASS_SEPARATORS: Readonly<Record<string, string>> = {
  BertTokenizer: "[SEP]",
  DistilBertTokenizer: "[SEP]",
  MPNetTokenizer: "</s>",
  NllbTokenizer: "</s>",
  RobertaTokenizer: "</s>",
  XLMRobertaTokenizer: "</s>",
};

/**
 * Finds the id of a tokenizer's separator token as transformers does: special_tokens_map.json before tokenizer_config.json,
 * unless the latter has `added_tokens_decoder`; otherwise the default of the tokenizer's class.
 *
 * @throws InputError if no file names it, or it is not in the vocabulary
 */
export function findSeparatorId(
  files: PaddingFiles,
  idOf: (token: string) => number | undefined,
  where: string,
): number {
  const config = files.config === null ? {} : jsonAs(files.config, CONFIG);
  const map = files.specialTokens === null || config.added_tokens_decoder ? {} : jsonAs(files.specialTokens, CONFIG);
  const name = (config.tokenizer_class ?? files.defaultClass ?? "").replace(/Fast$/, "");
  const token = map.sep_token ?? config.sep_token ?? CLASS_SEPARATORS[name];
  const id = token === undefined ? undefined : idOf(token);
  if (id !== undefined) return id;
  const found =
    token === undefined ? "no file names its sep_token" : `its sep_token "${token}" is not in the vocabulary`;
  throw new InputError(
    `${where}: open_clip's configuration requires strip_sep_token, but ${found}; put sep_token into tokenizer_config.json`,
  );
}
