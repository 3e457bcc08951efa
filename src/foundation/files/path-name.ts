/** Maximum length of a folder name in bytes that every file system accepts, with room for an extension. */
const MAX_BYTES = 200;
/** Names that Windows reserves for devices, with any extension. */
const DEVICE = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?:\.|$)/i;
/** Control characters, line separators, and characters that change the direction of text. */
const CONTROL = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;

/**
 * Explains why a name cannot be the name of a folder below its parent on every file system.
 *
 * @returns null where it can; else a phrase that follows the name: `is empty`
 */
export function pathNameProblem(name: string): string | null {
  if (name === "") return "is empty";
  if (name === "." || name === "..") return "means another folder";
  if (/[/\\]/.test(name)) return "has a folder separator in it";
  if (CONTROL.test(name)) return "has a control character in it";
  if (!name.isWellFormed()) return "is not valid Unicode";
  if (DEVICE.test(name)) return "is a device name on Windows";
  if (/^\s|\s$/u.test(name)) return "begins or ends with a space";
  if (name.endsWith(".")) return "ends with a dot, which Windows drops";
  if (Buffer.byteLength(name) > MAX_BYTES) return `is longer than ${MAX_BYTES} bytes`;
  return null;
}

/** Normalizes a path for comparisons that ignore letter case and Unicode form. */
export function foldPath(path: string): string {
  return path.normalize("NFC").toLowerCase();
}
