import { isDeepStrictEqual } from "node:util";
import { InputError } from "../../../foundation/errors.ts";
import type { Tokenizer } from "../../tokenizer/tokenizer.ts";
import { openCheckpointTokenizer } from "../checkpoint-tokenizer.ts";
import { type ResolvedCheckpoint, resolveCheckpoint } from "../resolve-checkpoint.ts";

/** Texts by which two tokenizers are told apart: case, punctuation, HTML, white space, accents, and more words than any context has. */
const TEXTS = [
  "",
  "a photo of a cat",
  "A Photo of a  GREAT white-shark, isn't it?!",
  "&amp;lt;b&gt; caf\u00e9 \u00c5ngstr\u00f6m \u4e2d\u6587 12345 \ud83d\ude00",
  "dog ".repeat(400),
];

/**
 * Opens a converted checkpoint and holds what its files say against what was converted: images must be prepared and texts tokenized
 * the same, or its numbers would be others.
 *
 * @param folder    of the converted checkpoint
 * @param converted what it was made of
 * @throws InputError if the layout cannot say it
 */
export async function checkConversion(folder: string, converted: ResolvedCheckpoint, layout: string): Promise<void> {
  const opened = await resolveCheckpoint(folder);
  const differing = [
    ...(isDeepStrictEqual(opened.preprocessing.preprocessing, converted.preprocessing.preprocessing)
      ? []
      : ["how images are prepared"]),
    ...differingTexts(converted, opened),
  ];
  if (differing.length === 0) return;
  throw new InputError(
    `${converted.layout.root}: the layout ${layout} cannot say ${differing.join(" and ")} as this checkpoint does; use the other --layout`,
  );
}

function differingTexts(before: ResolvedCheckpoint, after: ResolvedCheckpoint): string[] {
  const [was, is] = [openCheckpointTokenizer(before), openCheckpointTokenizer(after)];
  const length = before.textSettings?.contextLength;
  if (was === null || is === null || length === undefined) return was === is ? [] : ["that it has a text tower"];
  const facts = ({ cleaning, padId, strippedId, endOfText }: Tokenizer) => [cleaning, padId, strippedId, endOfText];
  const same =
    after.textSettings?.contextLength === length &&
    isDeepStrictEqual(facts(was), facts(is)) &&
    TEXTS.every((text) => isDeepStrictEqual(was.encode(text, length), is.encode(text, length)));
  return same ? [] : ["how texts become token ids"];
}
