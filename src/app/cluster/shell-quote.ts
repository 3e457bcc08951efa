/** Words that need no quoting in a POSIX shell; "~" and "=" can be special at the start of a word. */
const PLAIN = /^[\w@%+:,./-][\w@%+=:,./-]*$/;

/** Quotes a word for a POSIX shell, including spaces, quotes, "$" and line breaks. */
export function shellQuote(word: string): string {
  return PLAIN.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** Joins words into a quoted command line. */
export function shellLine(words: readonly string[]): string {
  return words.map(shellQuote).join(" ");
}
