/** Maximum length of a text that is remembered, in characters: class lists have about 40,000. */
const LONGEST = 1 << 20;
/** Maximum number of texts that are remembered. */
const MAX_ENTRIES = 32;

/**
 * Makes a parser that remembers its latest results, so that a file with unchanged content is not parsed again. The
 * content decides, not the file's time. Results are shared and must not be changed; errors are not remembered.
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
