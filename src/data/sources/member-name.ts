/** The form in which a byte that is not UTF-8 is written, and text in a name that could be mistaken for it. */
const ESCAPED = /\\x[0-9A-F]{2}/;

/**
 * Converts a file's name from the bytes in a folder or a container to text. UTF-8 gives its text. In other names, as in
 * old archives, each byte that is not UTF-8 is written as `\xE9`. A backslash that would itself read like this is
 * written as `\x5C`, so no two names have the same text, and {@link memberNameBytes} restores the bytes.
 */
export function memberName(bytes: Uint8Array): string {
  const text = decodeUtf8(bytes);
  if (text !== null) return escapeText(text);
  let name = "";
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceLength(bytes[at] as number);
    const character = length === 0 ? null : decodeUtf8(bytes.subarray(at, at + length));
    if (character === null || [...character].length !== 1) {
      name += escapeByte(bytes[at] as number);
      at++;
    } else {
      name += character === "\\" ? escapeByte(0x5c) : character;
      at += length;
    }
  }
  return name;
}

/** Does the same for a name that is known to be UTF-8, as Node returns it. */
export function escapeText(text: string): string {
  return ESCAPED.test(text) ? text.replace(/\\(?=x[0-9A-F]{2})/g, escapeByte(0x5c)) : text;
}

/** Restores the bytes of a name from the text of {@link memberName}. */
export function memberNameBytes(name: string): Buffer {
  if (!isEscaped(name)) return Buffer.from(name);
  const parts = name.split(/(\\x[0-9A-F]{2})/);
  return Buffer.concat(
    parts.map((part, i) => (i % 2 === 1 ? Buffer.of(Number.parseInt(part.slice(2), 16)) : Buffer.from(part))),
  );
}

/** Whether a name's text differs from the name. */
export function isEscaped(name: string): boolean {
  return ESCAPED.test(name);
}

function escapeByte(byte: number): string {
  return `\\x${byte.toString(16).toUpperCase().padStart(2, "0")}`;
}

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Returns null for bytes that are not UTF-8. */
function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return strict.decode(bytes);
  } catch {
    return null;
  }
}

/** Returns the length in bytes of the character that begins with this one; 0 where none does. */
function sequenceLength(first: number): number {
  if (first < 0x80) return 1;
  if (first < 0xc2) return 0;
  return first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
}
