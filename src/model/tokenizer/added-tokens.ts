/** A token that is matched in the text before any other tokenization, as in `added_tokens` of tokenizer.json. */
export interface AddedToken {
  readonly id: number;
  readonly content: string;
  /** matches only if no letter, digit or underscore is adjacent */
  readonly single_word: boolean;
  /** includes preceding white space */
  readonly lstrip: boolean;
  /** includes following white space */
  readonly rstrip: boolean;
}

/** A stretch of text between added tokens, never empty, or an added token's id. */
export type Section = string | number;

/**
 * Creates a function that splits a text at its added tokens: from left to right, the longest match first.
 *
 * Source: huggingface/tokenizers src/tokenizer/added_vocabulary.rs `find_matches` (behavior)
 *
 * @param tokens the tokens with the text to match (their content, or their normalized content)
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
