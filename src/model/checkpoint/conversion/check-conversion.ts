import { isDeepStrictEqual } from "node:util";
import { InputError } from "../../../foundation/errors.ts";
import type { Tokenizer } from "../../tokenizer/tokenizer.ts";
import { openCheckpointTokenizer } from "../checkpoint-tokenizer.ts";
import { type ResolvedCheckpoint, resolveCheckpoint } from "../resolve-checkpoint.ts";

/** Texts that distinguish tokenizers: case, punctuation, HTML, white space, accents, and more words than any context holds. */
const TEXTS = [
  "",
  "a photo of a cat",
  "A Photo of a  GREAT white-shark, isn't it?!",
  "&amp;lt;b&gt; caf\u00e9 \u00c5ngstr\u00f6m \u4e2d\u6587 12345 \ud83d\ude00",
  "dog ".repeat(400),
];

/**
 * Opens a converted checkpoint and compares its settings with those of the original: preprocessing and tokenization must be
 * equal, or its numbers would differ.
 *
 * @param folder    folder of the converted checkpoint
 * @param converted the original checkpoint
 * @throws InputError if the layout cannot express these settings
 */
export async function checkConversion(folder: string, converted: ResolvedCheckpoint, layout: string): Promise<void> {
  const opened = await resolveCheckpoint(folder);
  const differing = [
    ...(isDeepStrictEqual(opened.preprocessing.preprocessing, converted.preprocessing.preprocessing)
      ? []
      : ["preprocessing"]),
    ...differingTexts(converted, opened),
  ];
  if (differing.length === 0) return;
  throw new InputError(
    `${converted.layout.root}: the layout ${layout} cannot express this checkpoint's ${differing.join(" and ")}; use the other --layout`,
  );
}

function differingTexts(before: ResolvedCheckpoint, after: ResolvedCheckpoint): string[] {
  const [was, is] = [openCheckpointTokenizer(before), openCheckpointTokenizer(after)];
  const length = before.textSettings?.contextLength;
  if (was === null || is === null || length === undefined) return was === is ? [] : ["text tower"];
  const facts = ({ cleaning, padId, strippedId, endOfText }: Tokenizer) => [cleaning, padId, strippedId, endOfText];
  const same =
    after.textSettings?.contextLength === length &&
    isDeepStrictEqual(facts(was), facts(is)) &&
    TEXTS.every((text) => isDeepStrictEqual(was.encode(text, length), is.encode(text, length)));
  return same ? [] : ["tokenization"];
}
