/** A token that is found in the text itself before any other is made, as tokenizer.json's `added_tokens` has it. */
export interface AddedToken {
  readonly id: number;
  readonly content: string;
  /** only where no letter, digit or underscore stands beside it */
  readonly single_word: boolean;
  /** takes the white space before it */
  readonly lstrip: boolean;
  /** takes the white space after it */
  readonly rstrip: boolean;
}

/** A stretch of text between added tokens, never empty, or an added token's id. */
export type Section = string | number;

/**
 * Makes a function that splits a text at its added tokens: from left to right, the longest that matches.
 *
 * Source: huggingface/tokenizers src/tokenizer/added_vocabulary.rs `find_matches` (behaviour)
 *
 * @param tokens the tokens with the text by which they are found (their content, or their content normalised)
 */
export function createTokenSplitter(
  tokens: readonly { text: string; token: AddedToken }[],
): (text: string) => Section[] {
  const byText = new Map(tokens.filter(({ text }) => text !== "").map(({ text, token }) => [text, token]));
  if (byText.size === 0) return (text) => (text === "" ? [] : [text]);
  const longestFirst = [...byText.keys()].sort((a, b) => b.length - a.length);
  const pattern = new RegExp(longestFirst.map((text) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&")).join("|"), "g");

  return (text) => {
    const sections: Section[] = [];
    let start = 0;
    for (const match of text.matchAll(pattern)) {
      const token = byText.get(match[0]) as AddedToken;
      let from = match.index;
      let to = from + match[0].length;
      if (
        token.single_word &&
        (/[\p{L}\p{M}\p{N}\p{Pc}]$/u.test(text.slice(0, from)) || /^[\p{L}\p{M}\p{N}\p{Pc}]/u.test(text.slice(to)))
      )
        continue;
      if (token.lstrip) from = Math.max(start, text.slice(0, from).replace(/\p{White_Space}+$/u, "").length);
      if (token.rstrip) to = text.length - text.slice(to).replace(/^\p{White_Space}+/u, "").length;
      if (start < from) sections.push(text.slice(start, from));
      sections.push(token.id);
      start = to;
    }
    if (start < text.length) sections.push(text.slice(start));
    return sections;
  };
}
