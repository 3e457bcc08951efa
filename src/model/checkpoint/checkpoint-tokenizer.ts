import { InputError } from "../../foundation/errors.ts";
import { openTokenizer, type Tokenizer } from "../tokenizer/tokenizer.ts";
import type { ResolvedCheckpoint } from "./resolve-checkpoint.ts";

/**
 * Opens the tokenizer that was decided on. Added tokens beyond the graph's token embedding, which no usual text gives (the
 * sentinels of T5), are no fault: a text that holds one is refused when it is encoded.
 *
 * @throws InputError if usual texts, their start, end or padding can have ids that the token embedding does not have
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
      `${root}: the tokenizer has ${tokenizer.vocabularySize} tokens, ${embedding} only ${rows}; one of them belongs to another checkpoint`,
    );
  }
  return {
    ...tokenizer,
    encode(prompt, length) {
      const ids = tokenizer.encode(prompt, length);
      const beyond = ids.find((id) => id >= rows);
      if (beyond === undefined) return ids;
      throw new InputError(
        `${root}: the prompt "${prompt}" holds a special token of the tokenizer (id ${beyond}), which ${embedding} does not have: it has ${rows} rows`,
      );
    },
  };
}

/** What is to be said of a tokenizer once it is open: warnings, each a sentence. */
export function warnOfTokenizer({ textSettings }: ResolvedCheckpoint, tokenizer: Tokenizer | null): string[] {
  if (textSettings === null || tokenizer === null) return [];
  const isSiglip = textSettings.source.cleaning === "siglip";
  if (!isSiglip || tokenizer.cleaning !== "none" || canonicalizes(tokenizer, textSettings.contextLength)) return [];
  return [
    'its tokenizer.json keeps case or punctuation, which SigLIP was trained without; if its texts were canonicalized in training, say so with "cleaning": "canonicalize" in a shiftline.json',
  ];
}

/** Whether case and punctuation make no difference, as in SigLIP's own tokenizers. */
function canonicalizes(tokenizer: Tokenizer, contextLength: number): boolean {
  const [plain, marked] = ["a photo of a cat", "A Photo, of a Cat."].map((text) =>
    tokenizer.encode(text, contextLength),
  );
  return `${plain}` === `${marked}`;
}
