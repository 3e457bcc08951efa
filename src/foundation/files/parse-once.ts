/** Characters of a text that is remembered: class lists have some 40,000. */
const LONGEST = 1 << 20;
/** Texts that are remembered at a time. */
const MAX_ENTRIES = 32;

/**
 * Makes a parser that remembers its latest results: a file that is read again, with the same content, is not parsed again. The content
 * decides, not the file's time. Results are shared, so nobody may change them; what the parser throws is not remembered.
 */
export function parseOnce<Parsed>(
  parse: (text: string, where: string) => Parsed,
): (text: string, where: string) => Parsed {
  const known = new Map<string, { readonly text: string; readonly parsed: Parsed }>();
  return (text, where) => {
    const before = known.get(where);
    if (before?.text === text) return before.parsed;
    const parsed = parse(text, where);
    known.delete(where);
    if (text.length > LONGEST) return parsed;
    known.set(where, { text, parsed });
    const [oldest] = known.keys();
    if (known.size > MAX_ENTRIES && oldest !== undefined) known.delete(oldest);
    return parsed;
  };
}
