import { InputError } from "../../foundation/errors.ts";
import { openTokenizer, type Tokenizer } from "../tokenizer/tokenizer.ts";
import type { ResolvedCheckpoint } from "./resolve-checkpoint.ts";

/**
 * Opens the chosen tokenizer. Added tokens beyond the graph's token embedding that ordinary texts do not produce, such as the
 * sentinels of T5, are accepted: a text that contains one is refused when it is encoded.
 *
 * @throws InputError if ordinary texts, or the start, end or padding token, can have ids beyond the token embedding
 */
export function openCheckpointTokenizer({ layout, text, textSettings }: ResolvedCheckpoint): Tokenizer | null {
  if (textSettings === null || text === null) return null;
  const tokenizer = openTokenizer(textSettings.source);
  const rows = textSettings.vocabularySize;
  if (rows === null || tokenizer.vocabularySize <= rows) return tokenizer;
  const around = tokenizer.encode("", textSettings.contextLength); // start and end
  const largest = Math.max(tokenizer.textVocabularySize - 1, tokenizer.padId, ...around);
  const { root } = layout;
  const embedding = `the token embedding of ${text.file}`;
  if (largest >= rows) {
    throw new InputError(
      `${root}: the tokenizer has ${tokenizer.vocabularySize} tokens, but ${embedding} has only ${rows}; one of them belongs to another checkpoint`,
    );
  }
  return {
    ...tokenizer,
    encode(prompt, length) {
      const ids = tokenizer.encode(prompt, length);
      const beyond = ids.find((id) => id >= rows);
      if (beyond === undefined) return ids;
      throw new InputError(
        `${root}: the prompt "${prompt}" contains a special token of the tokenizer (id ${beyond}) beyond ${embedding}, which has ${rows} rows`,
      );
    },
  };
}

/** Warnings about an open tokenizer, each a sentence. */
export function warnOfTokenizer({ textSettings }: ResolvedCheckpoint, tokenizer: Tokenizer | null): string[] {
  if (textSettings === null || tokenizer === null) return [];
  const isSiglip = textSettings.source.cleaning === "siglip";
  if (!isSiglip || tokenizer.cleaning !== "none" || canonicalizes(tokenizer, textSettings.contextLength)) return [];
  return [
    'its tokenizer.json keeps case or punctuation, but SigLIP was trained without; if its training texts were canonicalized, set "cleaning": "canonicalize" in a shiftline.json',
  ];
}

/** Whether the tokenizer ignores case and punctuation, as SigLIP's published tokenizers do. */
function canonicalizes(tokenizer: Tokenizer, contextLength: number): boolean {
  const [plain, marked] = ["a photo of a cat", "A Photo, of a Cat."].map((text) =>
    tokenizer.encode(text, contextLength),
  );
  return `${plain}` === `${marked}`;
}
