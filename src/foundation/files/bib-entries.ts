import { InputError } from "../errors.ts";

/** An entry of a BibTeX file. */
export interface BibEntry {
  readonly key: string;
  /** the whole entry, as in the file */
  readonly text: string;
}

const START = /@\s*(\w+)\s*\{\s*([^\s,{}]+)\s*,/g;

/**
 * Parses the entries of a BibTeX file, in its order: from "@type{key," to the closing brace. Text between entries is a
 * comment.
 *
 * @param where file name, for messages
 * @throws InputError if an entry is not closed or a key appears twice
 */
export function parseBibEntries(text: string, where: string): BibEntry[] {
  const entries: BibEntry[] = [];
  const keys = new Set<string>();
  START.lastIndex = 0;
  for (let match = START.exec(text); match !== null; match = START.exec(text)) {
    const key = match[2] as string;
    const end = closingBrace(text, text.indexOf("{", match.index));
    if (end === null) throw new InputError(`${where}: entry ${key}: its brace is not closed`);
    if (keys.has(key)) throw new InputError(`${where}: entry ${key} appears twice`);
    keys.add(key);
    entries.push({ key, text: text.slice(match.index, end + 1) });
    START.lastIndex = end + 1;
  }
  return entries;
}

/** Finds the brace that closes the one at a position; a brace after a backslash is text. */
function closingBrace(text: string, open: number): number | null {
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    const character = text[at];
    if (character === "\\") at++;
    else if (character === "{") depth++;
    else if (character === "}" && --depth === 0) return at;
  }
  return null;
}
