/** Words that mean themselves to any POSIX shell; "~" and "=" may mean more at a word's start. */
const PLAIN = /^[\w@%+:,./-][\w@%+=:,./-]*$/;

/** Quotes a word for a POSIX shell: whatever it holds (spaces, quotes, "$", line breaks), the shell reads it as it is. */
export function shellQuote(word: string): string {
  return PLAIN.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** A command line of these words. */
export function shellLine(words: readonly string[]): string {
  return words.map(shellQuote).join(" ");
}
